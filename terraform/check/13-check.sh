# shellcheck shell=sh
# WRAPPER --check: says whether requests get through, and ends with status 0 if they do.

check_proxy() {
  case $proxy_name/$proxy_verdict/$proxy_address in
    */proxy_has_no_address/*) ;;
    \[*/* | *[0-9].[0-9]*.[0-9]*.[0-9]*/*) report proxy_is_address ;;
    */) ;; # curl was ended before it could tell
    *) report proxy_has_address host "$proxy_name" addresses "$proxy_address" ;;
  esac
  case $proxy_verdict/$proxy_address in
    proxy_has_no_address/* | proxy_not_reached/* | curl_broken/) ;;
    *) report proxy_reached port "$proxy_port" ;;
  esac
  # Over TLS, that is all that curl does without the bundle, which is reported by itself.
  if test "$proxy_verdict" = curl_broken && ! test -s "$CA_BUNDLE_PATH"; then return; fi
  case $proxy_verdict/$PROXY_URL in
    challenge*/http:*) report proxy_tls_none ;;
    challenge*) report proxy_tls_trusted ;;
    *) ;;
  esac
  report "$proxy_verdict" host "$proxy_name" port "$proxy_port" statuses "${statuses:-no answer}" \
    hosts "$(printf '%s' "${challenged:-$hosts}" | sed 's/ /, /g')" realm "$realm" reason "$reason"
}

# Without a printf of its own, a shell would call one, with the token as an argument.
if ! PATH=/nowhere printf '' >/dev/null 2>&1; then
  echo 'failed   --check needs a shell with a built-in printf'
  echo "         -> run it under another shell: bash $0 --check"
  exit 1
fi
if ! command -v curl >/dev/null; then
  printf 'failed   --check needs curl\n         -> install curl in the workspace\n'
  exit 1
fi
hosts=
IFS=$NEWLINE
for line in $PROVIDER_HOSTS; do hosts="$hosts${hosts:+ }${line%%"$TAB"*}"; done
unset -v IFS
read_clock
started=$now answers=
# shellcheck disable=SC2086 # host names
name_proxy "$(for_each ask_without_token $hosts)"
find_authority
if test -n "$challenged" && test -n "$authority" && test -n "$TOKEN"; then ask_hosts; fi
if test -z "$TOKEN"; then report token_missing; fi
check_files
check_proxy
if test -n "$answers"; then check_hosts; fi
check_vscode
report_summary
exit
