# shellcheck shell=sh
# How the script ends, and what it says: the last line of a failure says what failed and what to do.

NEWLINE='
'
ended=        # the background process that was waited for last
work=         # the directory of unfinished files, in the current directory
sync_started= # `coder exp sync start` has been called
warnings=     # so far, so that none is repeated

fail() {
  printf 'AI Bridge Proxy setup failed: %s\n' "$1" >&2
  exit 1
}

warn() {
  case $warnings in *"$1"*) return ;; esac
  warnings=$warnings$NEWLINE$1
  printf 'AI Bridge Proxy setup: warning: %s\n' "$1" >&2
}

# Fails with the message $1 if the command in the other arguments succeeds.
refuse_if() {
  refusal=$1
  shift
  if "$@"; then fail "$refusal"; fi
}

cannot_write() {
  fail "cannot write to $directory/: check permissions, free space and the file size limit, or choose another $setting"
}

# Some programs ignore all signals but KILL. timeout(1) leads a process group, to which what it runs belongs.
clean_up() {
  status=$?
  trap '' HUP INT TERM
  case $status in
    [01]) ;;
    *) printf 'AI Bridge Proxy setup failed: the shell ended (status %s): check process and memory limits\n' "$status" >&2 ;;
  esac
  exec 2>/dev/null # so that the failure stays the last line
  set +u           # there may not have been a background process
  if test "$!" != "$ended"; then
    kill -KILL "-$!" || kill -KILL "$!"
    wait "$!"
  fi
  case $work in ./.aibridge-proxy.??????) rm -rf "$work" ;; esac
  complete_unit
  test "$status" = 0 || exit 1
}

complete_unit() {
  if test -n "$sync_started"; then with_timeout 10 coder exp sync complete aibridge-proxy-setup; fi
  sync_started=
}

# A shell reacts to signals while it waits for a background program, but not while one runs in the foreground.
wait_for_background() {
  wait "$1" 2>/dev/null # bash would print how it was killed
  set -- "$?" "$1"
  ended=$2
  return "$1"
}

# Runs a command with a deadline of $1 seconds. Without timeout(1), only the agent's own deadline applies.
with_timeout() {
  if command -v timeout >/dev/null; then set -- timeout -s KILL "$@"; else shift; fi
  "$@" </dev/null >/dev/null 2>&1 &
  wait_for_background "$!"
}

check_programs() {
  missing=
  for program in awk chmod cp date find id ls mkdir mktemp mv readlink rm sed sleep; do
    if ! command -v "$program" >/dev/null; then missing="$missing $program"; fi
  done
  refuse_if "missing programs:$missing (install them in the workspace)" test -n "$missing"
}
