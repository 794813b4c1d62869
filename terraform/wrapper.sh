# shellcheck shell=sh
# Runs a command through AI Bridge Proxy: WRAPPER COMMAND [ARGUMENT...], or looks whether requests get through: WRAPPER
# --check (check/*.sh, which follow). In front of this, script.tf puts exports of the variables in the module's output
# `env`, and a `set --` that puts the certificate's two files before the command. This uses no variable of its own, because
# the command would inherit one that happens to be exported. The shell becomes the command, so that nothing of the token is
# in an argument.

# The command is $3 or, after --, $4. One that begins with a hyphen would be an option of exec in some shells.
case ${3-}/${4-}/$# in
  --check//3) ;;
  //2 | --//3 | -[!-]* | --[!/]* | --/-*)
    printf 'usage: %s [--] COMMAND [ARGUMENT...]\n       %s --check\n' "$0" "$0" >&2
    exit 2
    ;;
  *)
    if ! test -s "$1" || ! test -s "$2"; then
      printf '%s: %s or %s is missing: see the log of the script "AI Bridge Proxy Setup"\n' "$0" "$1" "$2" >&2
      exit 1
    fi
    shift 2
    if test "$1" = --; then shift; fi

    # dash and busybox drop variables whose names are not identifiers, and bash keeps them. So bash runs this, where it is
    # (choose_interpreter in startup/06-wrapper.sh). The environment that this process was given has NUL for line ends.
    if test -z "${BASH_VERSION-}" &&
      { tr '\000\012' '\012 ' <"/proc/$$/environ" | LC_ALL=C grep -v '^BASH_FUNC_[^=]*%%=' |
        LC_ALL=C grep -q -e '^[0-9]' -e '^[^=]*[^=A-Za-z0-9_]'; } 2>/dev/null; then
      printf '%s: %s does not get variables with names like a.b: install bash, or use tf-helper exec\n' "$0" "$1" >&2
    fi
    exec "$@"
    exit # with BASHOPTS=execfail, bash goes on
    ;;
esac
