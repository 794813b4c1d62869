# shellcheck shell=sh
# Asks the proxy for a host: for the wrapper's --check and for the end of the startup script. script.tf puts in front:
#   PROXY_URL       the proxy, without credentials
#   PROVIDER_HOSTS  a line for each known host of AI providers: the host, and what does not work behind it
#   VERDICTS        what can be found, from verdicts.json: lines of fields with a tab between them
#   LINE_BREAK      a character that is between the lines of an advice
#   TLS_REASONS     why a certificate is refused, from tls_reasons.json, in such lines
#   TOKEN           the user's, which only the wrapper sends. CERT_PATH and CA_BUNDLE_PATH are the certificate's files
true "${PROXY_URL?}" "${PROVIDER_HOSTS?}" "${VERDICTS?}" "${LINE_BREAK?}" "${TLS_REASONS?}"

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
# Sets: ended (curl's exit status, or `broken` if curl did not do its work), connect_status, status, handshake, address (what
# curl says in numbers), reason, and text, the beginning of what arrived
ask() {
  numbers='' reason='' text='' ended='' seconds=$2 limit=2000
  if test -z "$3"; then limit=16384; fi # as doctor reads of a head
  answer=$({
    # Not by a here-document, for which bash before 5.1 needs a temporary file.
    printf '%s\n' "${authority-}" 2>/dev/null | {
      ask_settings "$@" | run_curl "$2" --config - 3<&4
    } 4<&0
    printf '\n%s=%s\n' "$mark" "$?"
  } 2>&1 | keep_beginning "$limit")
  IFS=$NEWLINE
  for line in $answer; do
    case $line in
      "$mark="*) ended=${line#*=} ;;
      "$mark"*) numbers=${line#"$mark"} ;;
      'curl: ('*) reason=${line#*) } ;;
      *) text=$text${line%[[:cntrl:]]}$NEWLINE ;;
    esac
  done
  unset -v IFS
  # shellcheck disable=SC2086 # four words
  set -- $numbers
  connect_status=${1-000} status=${2-000} handshake=${3-0} address=${4-}
  case $numbers/$ended/$address in
    /*) name_end ;;
    */28/?*) reason='it accepted the connection and did not answer' ;;
    */28/) reason='no answer' ;;
    *) ;;
  esac
}

# Without numbers, curl was ended while it read what followed an answer, or does not work.
# Sets: connect_status, or ended and reason
name_end() {
  case $ended/$text in
    */HTTP/[12]*\ [1-5][0-9][0-9]*)
      connect_status=${text#* }
      connect_status=${connect_status%"${connect_status#???}"}
      ;;
    137/* | 152/*) reason="it was killed, after $seconds seconds at most" ended=broken ;;
    *) reason=${text%%"$NEWLINE"*} reason=${reason:-"exit status $ended"} ended=broken ;;
  esac
}

ask_settings() {
  printf '%s\n' silent show-error
  if test -z "$3"; then printf '%s\n' 'dump-header = -'; fi # unlike include, at once
  printf '%s = "%s"\n' url "https://$1/" proxy "$PROXY_URL" cacert /dev/fd/3 capath /dev/null \
    write-out "\\n$mark%{http_connect} %{http_code} %{time_appconnect} %{remote_ip}\\n"
  case $PROXY_URL in https:*) printf '%s = "%s"\n' proxy-cacert "$CA_BUNDLE_PATH" proxy-capath /dev/null ;; esac
  if test -n "$3"; then quoted_setting proxy-user "coder:$TOKEN"; fi
  if test "$3" = key; then quoted_setting header "Authorization: Bearer $TOKEN"; fi
} 2>/dev/null
