# shellcheck shell=sh
# What the startup script ends with: the part that needs no token.

# Warns of a proxy that does not respond as it should. One that does is asked for each host until its first challenge; where
# it does not answer at once, for the others at the same time. This takes 10 seconds at most: 2 until one takes 2 itself, 2 for
# the others, and 2 for each of two questions in name_other_proxy.
warn_of_proxy() {
  if ! command -v curl >/dev/null; then return; fi
  responses='' hosts='' TOKEN=$SESSION_TOKEN # which is not to be printed
  IFS=$NEWLINE
  for line in $PROVIDER_HOSTS; do hosts="$hosts${hosts:+ }${line%%"$TAB"*}"; done
  unset -v IFS
  # shellcheck disable=SC2086 # host names
  set -- $hosts
  read_clock
  started=$now
  while test "$#" != 0; do
    name_response "$1" "$QUICK_SECONDS"
    shift
    responses=$responses$NEWLINE$response
    case $response in
      *"$TAB"tunnelled"$TAB"* | *"$TAB"refused"$TAB"*) if is_early; then continue; fi ;;
      *"$TAB"silent"$TAB"*) ;;
      *) break ;;
    esac
    responses=$responses$NEWLINE$(for_each ask_quickly "$@")
    break
  done
  name_proxy "$responses"
  if test "$proxy_verdict" = challenge_expected; then return; fi
  find_verdict "$proxy_verdict" host "$proxy_name" port "$proxy_port" statuses "${statuses:-no answer}" \
    hosts 'known AI providers' realm "$realm" reason "$reason"
  warn "AI Bridge Proxy at $proxy_name port $proxy_port: $message; ${advice%%"$LINE_BREAK"*}"
}

# Whether less than QUICK_SECONDS have gone by, as far as there is a clock.
is_early() {
  read_clock
  test "$now" != 0 && test "$((now - started))" -lt "$QUICK_SECONDS"
}

ask_quickly() { ask_without_token "$1" "$QUICK_SECONDS"; }
