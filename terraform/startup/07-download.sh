# shellcheck shell=sh
# Asks the deployment for the certificate.

SYNC_SECONDS=60     # for `coder exp sync start`, which waits for units that come before this one
DOWNLOAD_SECONDS=60 # for all tries together
CONNECT_SECONDS=15  # for one try, so that one that hangs leaves time for another
MAX_BYTES=16384     # of a downloaded certificate
MEMORY_KIB=262144   # for curl

# Saves what the deployment sends in the file $1.
# Sets: what fetch sets
download() {
  case $SESSION_TOKEN in
    *[[:cntrl:]]*) fail 'the session token contains control characters: restart the workspace to get another one' ;;
    *[![:space:]]*) ;;
    *) fail 'no session token for the download: restart the workspace, or set ca_cert_pem in the module' ;;
  esac
  command -v curl >/dev/null ||
    fail 'no curl found: install it in the workspace, or set fetch_ca_cert_at = "plan" or ca_cert_pem in the module'
  trusted=
  case $ACCESS_URL in https:*)
    trusted=$1.trusted
    read_trusted ''
    ;;
  esac
  elapsed=0 url=$ACCESS_URL/api/v2/ai-gateway/proxy/ca-cert.pem
  fetch "$url" "$1"
  if test "$answer" = no_roots && test -s "$trusted" && command -v openssl >/dev/null; then
    find_unreadable "$trusted"
    if test -n "$unreadable"; then
      read_trusted "$unreadable"
      fetch "$url" "$1"
    fi
  fi
  if test "$answer" = not_found; then # the path on older servers
    fetch "$ACCESS_URL/api/v2/aibridge/proxy/ca-cert.pem" "$1"
  fi
}

# What curl trusts: all of it, or without what it cannot read, of the numbers in $1.
read_trusted() { read_pem '' "$trusted" "skip=$1" role=extra "$extra" role=roots "$roots"; }

# Makes up to three tries with growing waits.
# Sets: what name_answer sets; elapsed
fetch() {
  answer=no_connection curl_status=28 http_status=000 # curl's own for a deadline
  for pause in 0 1 2; do
    if test "$pause" != 0; then
      sleep "$pause" &
      wait_for_background "$!"
    fi
    elapsed=$((elapsed + pause))
    if test "$elapsed" -ge "$DOWNLOAD_SECONDS"; then return; fi
    write "$2" ''
    write "$2.status" ''
    curl_settings "$1" "$2" | limited_curl "$2.status" &
    wait_for_background "$!"
    curl_status=$?
    read -r http_status tls_status size seconds redirect <"$2.status"
    name_answer "$2"
    seconds=${seconds%%.*}
    is_number "$seconds" || seconds=0
    elapsed=$((elapsed + 1 + seconds))
    case $answer in no_connection | unavailable) ;; *) return ;; esac
  done
}

# quoted_setting is in check/02-ask.sh. With fail, curl does not read the bodies of errors; without globoff, it expands brackets
# in a URL.
curl_settings() {
  printf '%s\n' silent fail globoff 'noproxy = "*"' 'proto = "=http,https"' "connect-timeout = $CONNECT_SECONDS" \
    "max-time = $((DOWNLOAD_SECONDS - elapsed))" "max-filesize = $MAX_BYTES" \
    'write-out = "%{http_code} %{ssl_verify_result} %{size_download} %{time_total} %{redirect_url}"'
  quoted_setting output "$2"
  if test -s "$trusted"; then quoted_setting cacert "$trusted"; fi
  quoted_setting url "$1"
  quoted_setting header "Coder-Session-Token: $SESSION_TOKEN"
} 2>/dev/null # if curl ends without reading them

# curl obeys max-filesize only if the server announces the length, and keeps all headers in memory; its threads need as
# much as the stack may take. -d does not count what is only reserved, as by the program that starts a curl from a snap;
# -v is for kernels before 4.7. -f counts in 512 bytes, in bash in 1 KiB.
limited_curl() {
  ulimit -S -s 8192
  ulimit -S -d "$MEMORY_KIB"
  ulimit -S -v "$((8 * MEMORY_KIB))"
  ulimit -f "$((MAX_BYTES / 512 + 1))"
  exec curl -q --config - >"$1"
} 2>/dev/null
