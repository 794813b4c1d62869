# shellcheck shell=sh
# Runs a command through AI Bridge Proxy: WRAPPER COMMAND [ARGUMENT...]. In front of this, script.tf puts an export of each
# variable in the module's output `env`, and a `set --` with the two files that these variables need, CERT_PATH and
# CA_BUNDLE_PATH, before the command. There is no variable here, because the command would inherit one that happens to be
# exported already. The token is in no argument: the shell itself becomes the command.

case $#/${3-} in
  2/ | 3/-- | */-[!-]* | */--?*)
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
