# shellcheck shell=sh
# Whether requests for an intercepted host get through: TLS that the proxy's CA alone vouches for, then the gateway without
# a key, and only after its own answer the request with the user's key. So no provider sees the token.

# Prints a line for the host $1: the host, the name of a verdict, a status, and the words of the answer or curl's reason.
ask_through_tunnel() {
  ask "$1:443" 6 tunnel
  name_tunnel
  if test "$verdict" = gateway_asks_for_key; then
    ask "$1:443" 6 key
    name_answer_to_key
  fi
  words=${text%%"$NEWLINE"*}
  fill_in "$words" "$TOKEN" '***'
  words=$(printf '%.200s' "$filled" | sed 's/^{"message": *"\([^"]*\)".*/\1/; s/[^ -~]/?/g')
  case $connect_status in 200) ;; *) status=$connect_status ;; esac
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$verdict" "$status" "$words" "$reason"
}

# Sets: verdict
name_tunnel() {
  case $connect_status/$ended/$status in
    407/*) verdict=tunnel_token_refused ;;
    000/*) verdict=tunnel_broken ;;
    [!2]??/*) verdict=tunnel_refused ;;
    */60/* | */51/* | */77/*)
      case $verified in 2 | 18 | 19 | 2[01]) verdict=provider_other_ca ;; *) verdict=provider_untrusted ;; esac
      ;;
    */35/*) verdict=provider_tunnel_broken ;;
    */000) verdict=gateway_not_reached ;;
    */400) case $text in *'no authentication key provided'*) verdict=gateway_asks_for_key ;; *) name_answer ;; esac ;;
    */403) verdict=gateway_not_licensed ;;
    *) name_answer ;;
  esac
}

# Sets: verdict
name_answer_to_key() {
  case $connect_status/$status/$text in
    [!2]*) verdict=tunnel_refused ;;
    */404/*'route not supported'*) verdict=gateway_serves ;;
    */403/*udget*) verdict=gateway_budget_exceeded ;;
    */403/*unauthorized*) verdict=gateway_token_refused ;;
    */403/*[Oo]wn*[Kk]ey* | */403/*BYOK*) verdict=gateway_own_keys_off ;;
    */403/*) verdict=gateway_request_refused ;;
    *) name_answer ;;
  esac
}

# Sets: verdict
name_answer() {
  case $status/$text in
    000/*) verdict=gateway_not_reached ;;
    404/*) verdict=gateway_off ;;
    429/*) verdict=gateway_rate_limited ;;
    503/*'could not connect to coderd'*) verdict=gateway_without_coderd ;;
    503/*'at capacity'*) verdict=gateway_at_capacity ;;
    503/*provider_disabled*) verdict=gateway_provider_disabled ;;
    5??/*) verdict=gateway_load_balancer ;;
    *) verdict=gateway_is_something_else ;;
  esac
}
