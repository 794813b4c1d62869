# shellcheck shell=sh
# Whether requests for an intercepted host get through: TLS that the proxy's CA alone vouches for, then the gateway without
# a key, and only after its own answer the request with the user's key. So no provider sees the token.

# Prints a line for the host $1: the host, the name of a verdict, a status, the words of the answer or what
# does not work behind the host, and curl's reason.
ask_through_tunnel() {
  ask "$1:443" "$seconds_left" tunnel
  name_tunnel
  if test "$verdict" = gateway_asks_for_key; then
    ask "$1:443" "$seconds_left" key
    name_tunnel with_key
    refuse_tunnel
  fi
  words=$(gateways_words)
  if test "$verdict" = gateway_serves; then
    words=${PROVIDER_HOSTS#*"$NEWLINE$1$TAB"} words=${words%%"$NEWLINE"*}
    if test -n "$words"; then verdict=gateway_serves_other_paths; fi
  fi
  case $connect_status in 2??) ;; *) status=$connect_status ;; esac
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$verdict" "$status" "$(printable "$words")" "$(printable "${reason%% in connection to *}")"
}

# Where a tunnel with the token has been opened before, the token is not refused.
# Sets: verdict
refuse_tunnel() {
  case $verdict in tunnel_broken) verdict=provider_tunnel_broken ;; tunnel_*) verdict=provider_tunnel_refused ;; esac
}

# Decides as doctor does (tf_helper/doctor/checks/tunnels.py). $1 is empty for a request without a key.
# Sets: verdict
name_tunnel() {
  case $connect_status/$ended/$status/$handshake in
    2??/60/* | 2??/51/*) verdict=provider_untrusted ;;
    2??/77/*) verdict=certificate_invalid ;;
    2??/35/* | 2??/*/000/0.000000) verdict=provider_tunnel_broken ;;
    2??/*/000/*) verdict=gateway_not_reached ;;
    2??/*) name_answer "${1-}" ;;
    407/*) verdict=tunnel_token_refused ;;
    000/*) verdict=tunnel_broken ;;
    *) verdict=tunnel_refused ;;
  esac
}
