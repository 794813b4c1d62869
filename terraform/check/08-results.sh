# shellcheck shell=sh
# What the requests for intercepted hosts have found. Hosts with the same result share a line.

# Where the proxy has another CA than the file, the deployment tells whether it was replaced: then its own is trusted.
# Sets: answers, and authority
ask_hosts() {
  seconds_left=$TUNNEL_SECONDS
  # shellcheck disable=SC2086 # host names
  answers=$NEWLINE$(for_each ask_through_tunnel $challenged)$NEWLINE
  case $answers in
    *"${TAB}certificate_invalid$TAB"*) # curl cannot read it
      authority='' answers='' why_not='contains a certificate that does not decode as X.509'
      return
      ;;
    *"${TAB}provider_untrusted$TAB"*) ;;
    *) return ;;
  esac
  find_served
  if test -z "$served" || test "$(printf '%s\n' "$served" | bodies)" = "$(printf '%s\n' "$authority" | bodies)"; then return; fi
  read_clock
  authority=$served seconds_left=$(((started + 18 - now) / 2))
  # Without a clock, it could be any number.
  if test "$seconds_left" -lt 1 || test "$seconds_left" -gt "$TUNNEL_SECONDS"; then seconds_left=1; fi
  # shellcheck disable=SC2086 # host names
  answers=$NEWLINE$(for_each ask_through_tunnel $challenged)$NEWLINE
}

# Sets: served, to the CA certificate that the deployment serves; "" if it does not
find_served() {
  for place in ai-gateway aibridge; do
    served=$({
      printf '%s\n' silent fail
      quoted_setting url "$ACCESS_URL/api/v2/$place/proxy/ca-cert.pem"
      quoted_setting header "Coder-Session-Token: $TOKEN"
      quoted_setting cacert "$CA_BUNDLE_PATH"
    } | run_curl 2 --config - --noproxy '*' 2>/dev/null | first_certificate)
    if test -n "$served"; then return; fi
  done
}

check_hosts() {
  trusted='' reported=' '
  take_line "${challenged%% *}"
  case $line in
    tunnel_*)
      report_line "$verdict" "${challenged%% *}"
      return
      ;;
  esac
  report tunnel_opened host "${challenged%% *}"
  for host in $challenged; do
    case $answers in *"$NEWLINE$host${TAB}gateway_"*) trusted="$trusted${trusted:+, }$host" ;; esac
  done
  if test -n "$trusted"; then report provider_trusted hosts "$trusted"; fi
  for host in $challenged; do
    case $reported in *" $host "*) continue ;; esac
    take_line "$host"
    alike=
    for other in $challenged; do
      case $answers in
        *"$NEWLINE$other$TAB$line$NEWLINE"*) alike="$alike${alike:+, }$other" reported="$reported$other " ;;
      esac
    done
    refuse_tunnel
    report_line "$verdict" "$alike"
  done
}

# Sets: line, to that of the host $1, without the host; and its fields: verdict, status, words, reason
take_line() {
  line=${answers#*"$NEWLINE$1$TAB"}
  line=${line%%"$NEWLINE"*}
  verdict=${line%%"$TAB"*} reason=${line#*"$TAB"}
  status=${reason%%"$TAB"*} reason=${reason#*"$TAB"}
  words=${reason%%"$TAB"*} reason=${reason#*"$TAB"}
}

# Reports the verdict $1 on the hosts $2.
report_line() {
  case $1 in
    provider_untrusted)
      explain "$reason"
      if test -n "$unknown_issuer"; then set -- provider_other_ca "$2"; fi
      ;;
    *) ;;
  esac
  report "$1" host "$2" hosts "$2" status "$status" access_url "$ACCESS_URL" broken "$words" reason "$reason" \
    words "\"$words\""
}
