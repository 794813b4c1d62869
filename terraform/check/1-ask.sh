# shellcheck shell=sh
# Asks the proxy for a host: for the wrapper's --check and for the end of the startup script. script.tf puts in front:
#   PROXY_URL       the proxy, without credentials
#   PROVIDER_HOSTS  a line for each known host of AI providers: the host, and what does not work behind it
#   VERDICTS        what can be found, from verdicts.json: lines of fields with a tab between them
#   LINE_BREAK      a character that is between the lines of an advice
#   TLS_REASONS     why a certificate is refused, from tls_reasons.json, in such lines
#   TOKEN           the user's; only the wrapper has it. CERT_PATH and CA_BUNDLE_PATH are the certificate's files
true "${PROXY_URL?}" "${PROVIDER_HOSTS?}" "${VERDICTS?}" "${LINE_BREAK?}" "${TLS_REASONS?}"

NEWLINE='
'
TAB='	'

# Prints a setting of curl's. In quotes, a backslash is in front of each quote and backslash.
quoted_setting() {
  after=$2 quoted=
  while test -n "$after"; do
    before=${after%%[\\\"]*}
    quoted=$quoted$before
    after=${after#"$before"}
    if test -n "$after"; then quoted=$quoted\\${after%"${after#?}"} after=${after#?}; fi
  done
  printf '%s = "%s"\n' "$1" "$quoted"
}

# Asks the proxy for a GET / at the host and port $1, within $2 seconds: $3 is empty, or `tunnel`, with the token for the
# proxy, or `key`, with the token for the gateway as well. Nothing but the certificate in `authority` is trusted.
# Sets: ended, connect_status, status, handshake, address (what curl says in numbers), took (tenths of a second), reason, and
# text, the beginning of what arrived
ask() {
  numbers='' reason='' text=''
  answer=$({
    ask_settings "$@" | curl -q --config - 3<<END
${authority-}
END
    printf '\n%s%s\n' "$TAB$TAB" "$?"
  } 2>&1 | keep_beginning)
  IFS=$NEWLINE
  for line in $answer; do
    case $line in
      "$TAB$TAB"*) ended=${line#"$TAB$TAB"} ;;
      "$TAB"*) numbers=${line#"$TAB"} ;;
      'curl: ('*) reason=${line#*) } ;;
      *) text=$text${line%[[:cntrl:]]}$NEWLINE ;;
    esac
  done
  unset -v IFS
  # shellcheck disable=SC2086 # five words
  set -- $numbers
  connect_status=${1-000} status=${2-000} handshake=${3-0} address=${5-}
  tenth=${4#*.}
  tenth=${tenth%"${tenth#?}"}
  case ${4%%.*}/$tenth in [0-9]*/[0-9]) took=$((${4%%.*} * 10 + tenth)) ;; *) took=0 ;; esac
}

ask_settings() {
  printf '%s\n' silent show-error
  if test -z "$3"; then printf '%s\n' include; fi
  printf '%s = "%s"\n' url "https://$1/" proxy "$PROXY_URL" max-time "$2" cacert /dev/fd/3 capath /dev/null \
    write-out "\\n\\t%{http_connect} %{http_code} %{time_appconnect} %{time_total} %{remote_ip}\\n"
  case $PROXY_URL in https:*) printf '%s = "%s"\n' proxy-cacert "$CA_BUNDLE_PATH" proxy-capath /dev/null ;; esac
  if test -n "$3"; then quoted_setting proxy-user "coder:$TOKEN"; fi
  if test "$3" = key; then quoted_setting header "Authorization: Bearer $TOKEN"; fi
} 2>/dev/null

# Passes on the first 2,000 characters, and after them only lines that begin with a tab: those with numbers.
keep_beginning() {
  length=0
  while IFS= read -r line || test -n "$line"; do
    length=$((length + ${#line}))
    case $line in
      "$TAB"*) printf '%s\n' "$line" ;;
      *) if test "$length" -le 2000; then printf '%s\n' "$line"; fi ;;
    esac
  done
}

# Runs the command $1 for each host behind it, at once. What they print are lines, which do not mix.
for_each() {
  command=$1
  shift
  for host in "$@"; do "$command" "$host" & done
  wait
}
