# shellcheck shell=sh
# Who answers at proxy_url? AI Bridge Proxy is known by its challenge for the hosts that it intercepts.

proxy_name=${PROXY_URL#*://}
case $proxy_name in
  \[*) proxy_port=${proxy_name##*]} proxy_name=${proxy_name%%]*}] ;;
  *:*) proxy_port=:${proxy_name##*:} proxy_name=${proxy_name%:*} ;;
  *) proxy_port= ;;
esac
proxy_port=${proxy_port#:}
test -n "$proxy_port" || proxy_port=443

# Asks for the host $1 without credentials, within $2 seconds. Prints a line: the host, a word, the status of CONNECT, the
# proxy's address, curl's reason and its seconds.
ask_without_token() {
  ask "$1:443" "${2-5}" ''
  case $ended/$connect_status/$connected in
    5/*) word=no_address ;;
    7/* | 28/000/0.000000) word=not_reached ;;
    */407/*) case $text in *[Rr]ealm=\"Coder\ AI*) word=challenged ;; *) word=other_challenge ;; esac ;;
    */200/*) case $text in *[Cc]ontent-[Tt]ype:*) word=page ;; *) word=tunnelled ;; esac ;;
    28/000/*) word=silent ;;
    35/000/*) case $reason in *'wrong version'* | *'packet length'*) word=plain_http ;; *) word=tls_failed ;; esac ;;
    60/000/* | 51/000/* | 77/000/*) case $reason in *'issuer'* | *'self'*) word=unknown_ca ;; *) word=untrusted ;; esac ;;
    */000/*) word=closed ;;
    */403/* | */502/*) word=refused ;;
    *) word=other ;;
  esac
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$word" "$connect_status" "$address" "$reason" "$seconds"
}

# Decides by the lines of ask_without_token.
# Sets: proxy_verdict, challenged (hosts), statuses, first_reason, proxy_address
name_proxy() {
  challenged='' words=' ' statuses='' first_reason='' proxy_address=''
  IFS=$NEWLINE
  for line in $1; do
    host=${line%%"$TAB"*} line=${line#*"$TAB"}
    word=${line%%"$TAB"*} line=${line#*"$TAB"}
    status=${line%%"$TAB"*} line=${line#*"$TAB"}
    proxy_address=${line%%"$TAB"*}
    line=${line#*"$TAB"}
    if test -z "$first_reason"; then first_reason=${line%%"$TAB"*}; fi
    if test "$word" = challenged; then challenged="$challenged $host"; fi
    case $statuses/$status in */000 | *"$status"*/*) ;; *) statuses="$statuses${statuses:+, }$status" ;; esac
    words="$words$word "
  done
  unset -v IFS
  sort_challenged
  case $words in
    *' challenged '*) proxy_verdict=challenge_expected ;;
    *' no_address '*) proxy_verdict=proxy_has_no_address ;;
    *' not_reached '*) proxy_verdict=proxy_not_reached ;;
    *' plain_http '*) proxy_verdict=proxy_tls_plain_http ;;
    *' tls_failed '*) proxy_verdict=proxy_tls_failed ;;
    *' unknown_ca '*) proxy_verdict=proxy_tls_unknown_ca ;;
    *' untrusted '*) proxy_verdict=proxy_tls_untrusted ;;
    *' other_challenge '*) proxy_verdict=challenge_of_another_proxy ;;
    *) name_other_proxy ;;
  esac
}

# Sets: challenged, in the order of PROVIDER_HOSTS
sort_challenged() {
  unsorted="$challenged " challenged=
  IFS=$NEWLINE
  for line in $PROVIDER_HOSTS; do
    case $unsorted in *" ${line%%"$TAB"*} "*) challenged="$challenged${challenged:+ }${line%%"$TAB"*}" ;; esac
  done
  unset -v IFS
}

# Where it does not intercept, AI Bridge Proxy tunnels, or says 403 or 502; and it closes other ports without an answer.
# Sets: proxy_verdict
name_other_proxy() {
  if speaks_tls; then
    proxy_verdict=challenge_over_tls
  elif answers_like_ours && closes_other_ports; then
    proxy_verdict=challenge_for_no_host
  else
    case $words/$statuses in
      *\ page\ */*) proxy_verdict=challenge_web_server_accepts ;;
      */) proxy_verdict=challenge_no_response ;;
      */*200*) proxy_verdict=challenge_open_proxy ;;
      */*403*) proxy_verdict=challenge_forbidden ;;
      */*5[0-9][0-9]*) proxy_verdict=challenge_load_balancer ;;
      *) proxy_verdict=challenge_web_server ;;
    esac
  fi
}

answers_like_ours() {
  case $words in *' closed '* | *' page '* | *' other '*) return 1 ;; esac
}

closes_other_ports() {
  ask "$host:444" 2 ''
  case $ended/$connect_status in 52/000 | 56/000) ;; *) return 1 ;; esac
}

# To plain HTTP, a listener that speaks TLS says 400 or hangs up.
speaks_tls() {
  case $PROXY_URL/$statuses in
    http:*/ | http:*/400)
      case $words in *' silent '*) return 1 ;; esac
      curl -q --silent --insecure --noproxy '*' --max-time 2 "https://${PROXY_URL#*://}" >/dev/null 2>&1
      ;;
    *) return 1 ;;
  esac
}
