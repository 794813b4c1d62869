# shellcheck shell=sh
# Who answers at proxy_url? AI Bridge Proxy is known by its challenge for the hosts that it intercepts.

proxy_name=${PROXY_URL#*://}
case $proxy_name in
  \[*) proxy_port=${proxy_name##*]} proxy_name=${proxy_name%%]*}] ;;
  *:*) proxy_port=:${proxy_name##*:} proxy_name=${proxy_name%:*} ;;
  *) proxy_port= ;;
esac
proxy_port=${proxy_port#:} proxy_port=${proxy_port:-443}

# Asks for the host $1 without credentials, within $2 seconds.
# Sets: response: the host, a word, the status of CONNECT, the proxy's address, and the realm of its challenge or curl's
# reason; and what ask sets
name_response() {
  ask "$1:443" "$2" ''
  case $ended/$connect_status/$address in
    broken/* | 77/000/*) word=broken ;;
    5/*) word=no_address ;;
    7/* | 28/000/) word=not_reached ;;
    */407/*)
      read_head
      case $reason in Coder\ AI*) word=challenged ;; *) word=other_challenge ;; esac
      ;;
    */2??/*)
      read_head
      word=${content:-tunnelled}
      ;;
    28/000/*) word=silent ;;
    35/000/*) case $reason in *'wrong version'* | *'packet length'*) word=plain_http ;; *) word=tls_failed ;; esac ;;
    60/000/* | 51/000/*) word=untrusted ;;
    */000/*) word=closed ;;
    */403/* | */502/*) word=refused ;;
    *) word=answered ;;
  esac
  response=$1$TAB$word$TAB$connect_status$TAB$address$TAB$(printable "$reason")
}

ask_without_token() {
  name_response "$1" "${2-$PROXY_SECONDS}"
  printf '%s\n' "$response"
}

# Decides by the lines of ask_without_token, as doctor does (tf_helper/doctor/checks/connect.py).
# Sets: proxy_verdict, challenged (hosts, in the order of PROVIDER_HOSTS), realm, reason, statuses, proxy_address
name_proxy() {
  challenged='' words=' ' statuses='' first_reason='' proxy_address='' realm=''
  IFS=$NEWLINE
  for line in $1; do
    host=${line%%"$TAB"*} line=${line#*"$TAB"}
    word=${line%%"$TAB"*} line=${line#*"$TAB"}
    status=${line%%"$TAB"*} line=${line#*"$TAB"}
    reason=${line#*"$TAB"}
    case $word in
      challenged) challenged="$challenged $host " ;;
      other_challenge) if test -n "$reason"; then realm=" for \"$reason\""; fi ;;
      *) if test -z "$first_reason"; then first_reason=$reason; fi ;;
    esac
    if test -n "${line%%"$TAB"*}"; then proxy_address=${line%%"$TAB"*}; fi
    case $statuses/$status in */000 | *"$status"*/*) ;; *) statuses="$statuses${statuses:+, }$status" ;; esac
    words="$words$word "
  done
  sorted=
  for line in $PROVIDER_HOSTS; do
    case $challenged in *" ${line%%"$TAB"*} "*) sorted="$sorted${sorted:+ }${line%%"$TAB"*}" ;; esac
  done
  unset -v IFS
  challenged=$sorted reason=$first_reason
  case $words/$statuses in
    *' challenged '*) proxy_verdict=challenge_expected ;;
    *' other_challenge '*) proxy_verdict=challenge_of_another_proxy ;;
    */?*) name_other_proxy ;;
    *' broken '*) proxy_verdict=curl_broken ;;
    *' no_address '*) proxy_verdict=proxy_has_no_address ;;
    *' not_reached '*) proxy_verdict=proxy_not_reached ;;
    *' plain_http '*) proxy_verdict=proxy_tls_plain_http ;;
    *' tls_failed '*) proxy_verdict=proxy_tls_failed ;;
    *' untrusted '*)
      explain "$first_reason"
      proxy_verdict=proxy_tls_unknown_ca
      if test -z "$unknown_issuer"; then proxy_verdict=proxy_tls_untrusted; fi
      ;;
    *) name_other_proxy ;;
  esac
}
