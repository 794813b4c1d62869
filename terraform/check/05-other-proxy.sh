# shellcheck shell=sh
# Who answers at proxy_url, if it asks for the token at none of the known hosts? And what the head of its answer says.

# Where it does not intercept, AI Bridge Proxy tunnels, or says 403 or 502; and it closes other ports without an answer.
# Sets: proxy_verdict
name_other_proxy() {
  case $PROXY_URL/$statuses/$words in
    http:*/400/* | http:*//*' closed '*) if speaks_tls; then proxy_verdict=challenge_over_tls && return; fi ;;
    https:*//*) if ! speaks_tls; then proxy_verdict=proxy_tls_failed && return; fi ;;
    *' page '*) proxy_verdict=challenge_web_server_accepts && return ;;
    *) ;;
  esac
  case $words/$statuses in
    *' answered '*/* | *' closed '*/) ;;
    *) if closes_other_ports; then proxy_verdict=challenge_for_no_host && return; fi ;;
  esac
  case $statuses in
    '') proxy_verdict=challenge_no_response ;;
    *2[0-9][0-9]*)
      proxy_verdict=challenge_open_proxy
      if speaks_first; then proxy_verdict=challenge_web_server_accepts; fi
      ;;
    *403*) proxy_verdict=challenge_forbidden ;;
    *5[0-9][0-9]*) proxy_verdict=challenge_load_balancer ;;
    *) proxy_verdict=challenge_web_server ;;
  esac
}

closes_other_ports() {
  ask "$host:444" 2 ''
  case $ended/$connect_status in 7/* | 28/* | broken/*) return 1 ;; */000) ;; *) return 1 ;; esac
}

# Whether the listener does TLS. To plain HTTP, one that does says 400 or hangs up.
speaks_tls() {
  handshake=$(run_curl 2 --silent --insecure --noproxy '*' --output /dev/null --write-out '%{time_appconnect}' \
    "https://${PROXY_URL#*://}" 2>/dev/null)
  case $handshake in *[1-9]*) ;; *) return 1 ;; esac
}

# Whether a page comes instead of TLS, without a header that tells of it. Curl begins TLS only with a certificate to trust.
speaks_first() {
  authority=$(awk 1 "$CERT_PATH" 2>/dev/null)
  ask "$host:443" 2 ''
  authority=
  case $ended/$reason in 35/*'wrong version'* | 35/*'packet length'*) ;; *) return 1 ;; esac
}

# Reads the head of an answer to CONNECT, in `text`, as doctor does (tf_helper/doctor/tunnel.py). In any case of letters.
# Sets: reason, to the realm of the first challenge for Basic; content, to `page` if content follows
read_head() {
  reason='' content=''
  IFS=$NEWLINE
  for line in $text; do
    value=${line#*:} value=${value#"${value%%[![:blank:]]*}"}
    case $line in
      [Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Tt][Yy][Pp][Ee]:*) content=page ;;
      [Tt][Rr][Aa][Nn][Ss][Ff][Ee][Rr]-[Ee][Nn][Cc][Oo][Dd][Ii][Nn][Gg]:*) content=page ;;
      [Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Ll][Ee][Nn][Gg][Tt][Hh]:*) case $value in [1-9]*) content=page ;; esac ;;
      [Pp][Rr][Oo][Xx][Yy]-[Aa][Uu][Tt][Hh][Ee][Nn][Tt][Ii][Cc][Aa][Tt][Ee]:*) read_realm ;;
    esac
  done
  unset -v IFS
}

# Sets: reason
read_realm() {
  case $reason/$value in /[Bb][Aa][Ss][Ii][Cc][[:blank:]]*) ;; *) return ;; esac
  value=${value#?????}
  value=${value#"${value%%[![:blank:]]*}"}
  case $value in [Rr][Ee][Aa][Ll][Mm]=\"*\"*) value=${value#*\"} reason=${value%%\"*} ;; esac
}
