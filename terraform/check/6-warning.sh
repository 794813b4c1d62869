# shellcheck shell=sh
# What the startup script ends with: the part that needs no token.

# Warns of a proxy that does not respond as it should. One that does is asked for each host until its first challenge. This
# takes 10 seconds at most: 5 for the hosts, and 2 for each of the questions in name_other_proxy.
warn_of_proxy() {
  if ! command -v curl >/dev/null; then return; fi
  responses='' left=5
  IFS=$NEWLINE
  for line in $PROVIDER_HOSTS; do
    unset -v IFS
    response=$(ask_without_token "${line%%"$TAB"*}" "$left")
    responses=$responses$NEWLINE$response
    case $response in *"$TAB"tunnelled"$TAB"* | *"$TAB"refused"$TAB"*) ;; *) break ;; esac
    left=$((left - ${response##*"$TAB"} - 1))
    if test "$left" -le 0; then break; fi
  done
  name_proxy "$responses"
  if test "$proxy_verdict" = challenge_expected; then return; fi
  find_verdict "$proxy_verdict" host "$proxy_name" port "$proxy_port" reason "$first_reason" statuses "$statuses" realm '' \
    hosts 'known AI providers'
  warn "AI Bridge Proxy at $proxy_name port $proxy_port: $message; ${advice%%"$LINE_BREAK"*}"
}
