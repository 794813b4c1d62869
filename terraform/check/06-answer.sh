# shellcheck shell=sh
# What answers behind a tunnel: which of the gateway's answers this is, and what it says to the user.

# Sets: verdict
name_answer() {
  lowered=$(printf '%s\n' "$text" | awk '{ print tolower($0) }')
  case $1/$status/$lowered in
    /400/*'no authentication key provided'*) verdict=gateway_asks_for_key ;;
    ?*/404/*'route not supported'*) verdict=gateway_serves ;;
    ?*/403/*unauthorized*) verdict=gateway_token_refused ;;
    ?*/403/*budget*) verdict=gateway_budget_exceeded ;;
    */403/*premium* | */403/*licen*) verdict=gateway_not_licensed ;;
    */403/*'bring your own key'* | */403/*byok*) verdict=gateway_own_keys_off ;;
    */404/*) verdict=gateway_off ;;
    */429/*) verdict=gateway_rate_limited ;;
    */503/*capacity*) verdict=gateway_at_capacity ;;
    */503/*coderd*) verdict=gateway_without_coderd ;;
    */503/*provider_disabled*) verdict=gateway_provider_disabled ;;
    */5??/*) verdict=gateway_load_balancer ;;
    ?*/4??/*) verdict=gateway_request_refused ;;
    *) verdict=gateway_is_something_else ;;
  esac
}

# Prints the message in coderd's JSON, or the first line of text, with stars for the token and for longer pieces of it, as
# tf_helper/coder/redaction.py does.
gateways_words() {
  printf '%s\n' "$TOKEN" "$text" | awk '
    NR == 1 { token = $0; size = length(token) < 8 ? length(token) : 8; next }
    { text = text $0 "\n" }
    END {
      if (text ~ /^[ \t]*[{]/ && match(text, /"message"[ \t\n]*:[ \t\n]*"/)) {
        text = substr(text, RSTART + RLENGTH)
        match(text, /^([^"\\]|\\.)*/)
        text = substr(text, 1, RLENGTH)
        gsub(/\\"/, "\"", text)
      }
      sub(/\n.*/, "", text)
      for (place = 1; place <= length(text); place++) {
        piece = substr(text, place, size)
        if (length(piece) == size && index(token, piece)) end = place + size
        if (place >= end) words = words substr(text, place, 1)
        else if (words !~ /[*][*][*]$/) words = words "***"
      }
      print words
    }'
}
