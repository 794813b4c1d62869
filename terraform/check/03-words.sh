# shellcheck shell=sh
# What was found, in the words of verdicts.json, which `tf-helper doctor` uses as well.

failures=0 warnings_found=0 fine=0

# Looks a verdict up; the arguments after its name are placeholders and what replaces them. What is advised about a
# certificate that is not trusted depends on the reason, see explain.
# Sets: step, finding, message, advice
find_verdict() {
  # Not by ${VERDICTS#*...}, for which dash takes a time that grows with the square of the length.
  IFS=$NEWLINE
  for row in $VERDICTS; do
    case $row in "$1$TAB"*) break ;; esac
  done
  unset -v IFS
  row=${row#*"$TAB"}
  step=${row%%"$TAB"*} row=${row#*"$TAB"}
  finding=${row%%"$TAB"*} row=${row#*"$TAB"}
  message=${row%%"$TAB"*} advice=${row#*"$TAB"}
  case $1 in *_untrusted) advice=$way_out ;; esac
  shift
  while test "$#" -ge 2; do
    fill_in "$message" "{$1}" "$2"
    message=$filled
    fill_in "$advice" "{$1}" "$2"
    advice=$filled
    shift 2
  done
}

# Sets: filled
fill_in() {
  case $1 in
    *"$2"*) filled=${1%%"$2"*}$3${1#*"$2"} ;;
    *) filled=$1 ;;
  esac
}

# Sets, by what curl says of a certificate: reason, unknown_issuer ("" or not), and way_out
explain() {
  reason=$1 unknown_issuer='' way_out='reissue the certificate with this corrected'
  IFS=$NEWLINE
  for line in $TLS_REASONS; do
    words=${line%%"$TAB"*}
    case $1 in *"$words"*) ;; *) continue ;; esac
    line=${line#*"$TAB"}
    unknown_issuer=${line%%"$TAB"*} line=${line#*"$TAB"}
    reason="${line%%"$TAB"*} ($words)" way_out=${line#*"$TAB"}
    break
  done
  unset -v IFS
}

# Prints a verdict in the shape of doctor's report, and counts it.
report() {
  find_verdict "$@"
  if test "$step" = 'files on disk'; then step=$file_step; fi
  printf '%-9s%-21s%s\n' "$finding" "$step" "$message"
  arrow='-> '
  IFS=$LINE_BREAK
  for line in $advice; do
    printf '         %s%s\n' "$arrow" "$line"
    arrow='   '
  done
  unset -v IFS
  case $finding in
    ok) fine=$((fine + 1)) ;;
    warning) warnings_found=$((warnings_found + 1)) ;;
    failed) failures=$((failures + 1)) ;;
  esac
}

report_summary() {
  printf '\n%s ok' "$fine"
  if test "$warnings_found" != 0; then printf ', %s warning' "$warnings_found"; fi
  if test "$failures" != 0; then printf ', %s failed' "$failures"; fi
  printf '\n'
  test "$failures" = 0 || return
  printf '%s\n' "-> start the tool through this wrapper: $0 COMMAND" \
    '   if it still fails, look its message up in docs/troubleshooting.md'
}
