# shellcheck shell=sh
# WRAPPER --check: says whether requests get through, and ends with status 0 if they do.

check_proxy() {
  case $proxy_name/$proxy_verdict in
    */proxy_has_no_address) ;;
    \[*/* | *[0-9].[0-9]*.[0-9]*.[0-9]*/*) report proxy_is_address ;;
    *) report proxy_has_address host "$proxy_name" addresses "$proxy_address" ;;
  esac
  case $proxy_verdict in proxy_has_no_address | proxy_not_reached) ;; *) report proxy_reached port "$proxy_port" ;; esac
  case $proxy_verdict/$PROXY_URL in
    challenge*/http:*) report proxy_tls_none ;;
    challenge*) report proxy_tls_trusted ;;
    *) ;;
  esac
  report "$proxy_verdict" host "$proxy_name" port "$proxy_port" reason "$reason" statuses "${statuses:-no answer}" \
    realm "$realm" hosts "$(printf '%s' "${challenged:-$hosts}" | sed 's/ /, /g')"
}

set -fu
unset -f awk curl date find id printf read sed test
unset -v NO_PROXY no_proxy SSL_CERT_FILE CURL_CA_BUNDLE SSL_CERT_DIR
export LC_ALL=C
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
if test -n "$challenged" && test -n "$authority"; then ask_hosts; fi
check_files
check_proxy
if test -n "$answers"; then check_hosts; fi
check_vscode
report_summary
exit
