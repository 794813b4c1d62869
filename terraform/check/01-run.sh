# shellcheck shell=sh
# How curl is run, for how long, and how much of what it prints is kept; and where the system's roots are.

NEWLINE='
'
TAB='	'
PROXY_SECONDS=4  # for an answer of the proxy's
TUNNEL_SECONDS=5 # for one from behind a tunnel
QUICK_SECONDS=2  # for one of the proxy's, at the end of the startup script
mark=$LINE_BREAK$$ # begins lines that no server sent

# Whether $1 is a number that a shell can count with: zeros in front would make it octal. In arithmetic, bash evaluates a
# name, and what is in brackets behind it.
is_number() {
  case $1 in 0) ;; '' | 0* | *[!0-9]* | ????????????????*) return 1 ;; esac
}

# Sets: now, in seconds; 0 if date prints no number
read_clock() {
  now=$(date +%s 2>/dev/null)
  if ! is_number "$now"; then now=0; fi
}

# Sets: roots, to the file of the system's; /dev/null if there is none
find_roots() {
  for roots in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
    /etc/ssl/cert.pem /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/certs/ca-bundle.crt \
    /etc/pki/tls/cacert.pem; do
    if test -f "$roots" && test -r "$roots" && test -s "$roots"; then return; fi
  done
  roots=/dev/null
}

# Runs curl, in a subshell, with the options behind $1, for that many seconds at most; by its own clock half a second less.
# While curl 7.88 reads what follows an answer to CONNECT, it does not look at the clock: timeout(1) ends it, or where that
# is missing, a limit to the time on the processor.
run_curl() {
  seconds=$1
  shift
  set -- curl -q --max-time "$((seconds - 1)).5" "$@"
  if command -v timeout >/dev/null; then
    set -- timeout -s KILL "$seconds" "$@"
  else
    ulimit -t "$seconds" 2>/dev/null
  fi
  "$@"
}

# Passes on the first $1 characters, about, and after them what curl says last, up to the line that says how it ended.
keep_beginning() {
  length=0 reason=
  while IFS= read -r line || test -n "$line"; do
    case $line in
      "$mark="*) break ;;
      "$mark"*) printf '%s\n' "$line" ;;
      'curl: ('*) reason=$line ;;
      *)
        if test "$length" -lt "$1"; then printf '%.2000s\n' "$line"; fi
        length=$((length + ${#line}))
        ;;
    esac
  done
  printf '%s\n%s\n' "$reason" "$line"
}

# Prints the beginning of a text that came from elsewhere, or stars if a longer piece of the token is in it.
printable() {
  rest=$TOKEN
  while test -n "$rest"; do
    piece=${rest%"${rest#????????}"}
    case $1 in *"${piece:-$rest}"*) set -- '***' ;; esac
    if test "${#rest}" -gt 8; then rest=${rest#?}; else rest=; fi
  done
  case $1 in
    *[!\ -~]*) printf '%.200s' "$1" | sed 's/[^ -~]/?/g' ;;
    *) printf '%.200s' "$1" ;;
  esac
}

# Runs the command $1 for each host behind it, at once. What they print are lines, which do not mix.
for_each() {
  command=$1
  shift
  for host in "$@"; do "$command" "$host" & done
  wait
}
