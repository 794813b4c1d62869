# shellcheck shell=sh
# WRAPPER --check: says whether requests get through, and ends with status 0 if they do.

# Runs the command $1 for each host behind it, at once. What they print are lines, which do not mix.
for_each() {
  command=$1
  shift
  for host in "$@"; do "$command" "$host" & done
  wait
}

check_files() {
  for file in "$CERT_PATH" "$CA_BUNDLE_PATH"; do
    if ! test -e "$file"; then report file_missing path "$file"; return 1; fi
    if ! test -f "$file"; then report file_is_something_else path "$file" kind 'not a regular file'; return 1; fi
    if ! test -r "$file"; then report file_unreadable path "$file" reason 'permission denied'; return 1; fi
  done
  # shellcheck disable=SC2016 # a program of awk's
  counts=$(awk '
    /^-----BEGIN CERTIFICATE-----/ { block = "" }
    { block = block $0 "\n" }
    /^-----END CERTIFICATE-----/ { if (FNR == NR) { saved++; wanted[block] = 1 } else { all++; if (block in wanted) found++ } }
    END { print saved + 0, all + 0, found + 0 }' "$CERT_PATH" "$CA_BUNDLE_PATH")
  # shellcheck disable=SC2086 # three words
  set -- $counts
  case $1/$2 in
    0/*) report certificate_invalid path "$CERT_PATH" reason 'contains no certificate' ;;
    */0) report bundle_invalid path "$CA_BUNDLE_PATH" ;;
    *)
      if test "$3" -lt "$1"; then report bundle_lacks_ca path "$CA_BUNDLE_PATH"
      elif test "$2" = "$1"; then report bundle_lacks_roots path "$CA_BUNDLE_PATH"
      else report bundle_complete path "$CA_BUNDLE_PATH" total "$(($2 - $1))"; fi
      ;;
  esac
}

check_proxy() {
  # shellcheck disable=SC2086 # host names
  name_proxy "$(for_each ask_without_token $hosts)"
  case $proxy_name in
    *[!0-9.]*) if test "$proxy_verdict" != proxy_has_no_address; then report proxy_has_address host "$proxy_name" addresses "$proxy_address"; fi ;;
    *) report proxy_is_address ;;
  esac
  case $proxy_verdict in proxy_has_no_address | proxy_not_reached) ;; *) report proxy_reached port "$proxy_port" ;; esac
  case $proxy_verdict/$PROXY_URL in
    challenge*/http:*) report proxy_tls_none ;;
    challenge*) report proxy_tls_trusted ;;
  esac
  report "$proxy_verdict" host "$proxy_name" port "$proxy_port" reason "$first_reason" statuses "$statuses" realm '' \
    hosts "$(printf '%s' "${challenged:-$hosts}" | sed 's/ /, /g')"
}

# Hosts of which the same is to be said are in one line, in the order of PROVIDER_HOSTS.
check_hosts() {
  authority=$(awk '{ print } /^-----END/ { exit }' "$CERT_PATH") # the first one is the proxy's own
  # shellcheck disable=SC2086 # host names
  answers=$NEWLINE$(for_each ask_through_tunnel $challenged)$NEWLINE
  trusted='' served=''
  for host in $challenged; do
    line=${answers#*"$NEWLINE$host$TAB"}
    line=${line%%"$NEWLINE"*}
    verdict=${line%%"$TAB"*}
    case $verdict in gateway_*) trusted="$trusted${trusted:+, }$host" ;; esac
    if test "$verdict" = gateway_serves; then served="$served${served:+, }$host"; fi
  done
  if test -n "$trusted"; then report provider_trusted hosts "$trusted"; fi
  if test -n "$served"; then report gateway_serves hosts "$served"; fi
  for host in $challenged; do
    line=${answers#*"$NEWLINE$host$TAB"}
    report_host "${line%%"$NEWLINE"*}"
  done
}

# $1 is the line of `host`, without the host.
report_host() {
  verdict=${1%%"$TAB"*} line=${1#*"$TAB"}
  status=${line%%"$TAB"*} line=${line#*"$TAB"}
  if test "$verdict" != gateway_serves; then
    report "$verdict" host "$host" status "$status" words "${line%%"$TAB"*}" reason "${line#*"$TAB"}" \
      access_url "$ACCESS_URL"
  fi
  breaks=${PROVIDER_HOSTS#*"$NEWLINE$host$TAB"}
  breaks=${breaks%%"$NEWLINE"*}
  case $verdict/$breaks in gateway_serves/?*) report gateway_serves_other_paths host "$host" broken "$breaks" ;; esac
}

set -fu
unset -f awk curl sed
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
check_files
check_proxy
if test -n "$challenged" && test -s "$CERT_PATH"; then check_hosts; fi
report_summary
exit
