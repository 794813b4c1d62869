# shellcheck shell=sh
# Runs a command through AI Bridge Proxy: WRAPPER COMMAND [ARGUMENT...]. In front of this, script.tf puts exports of the
# variables in the module's output `env`, and a `set --` that puts the certificate's two files before the command. This
# uses no variable of its own, because the command would inherit one that happens to be exported. The shell becomes the
# command, so that nothing of the token is in an argument.

# The command is $3 or, after --, $4. One that begins with a hyphen would be an option of exec in some shells.
case ${3-}/${4-}/$# in
  //2 | --//3 | -[!-]* | --[!/]* | --/-*)
    printf 'usage: %s [--] COMMAND [ARGUMENT...]\n' "$0" >&2
    exit 2
    ;;
esac

if [ ! -s "$1" ] || [ ! -s "$2" ]; then
  printf '%s: %s or %s is missing: see the log of the script "AI Bridge Proxy Setup"\n' "$0" "$1" "$2" >&2
  exit 1
fi

shift 2
[ "$1" != -- ] || shift
exec "$@"
