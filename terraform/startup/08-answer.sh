# shellcheck shell=sh
# One word for what curl, HTTP and TLS say in numbers, and the sentence that a failure ends with.

# Sets: answer, size; the body is in the file $1
name_answer() {
  is_number "$size" || size=0
  case $curl_status/$http_status/$tls_status in
    */429/* | */5??/*) answer=unavailable ;;
    63/200/*) answer=too_large ;;
    0/200/* | 23/200/* | 23/000/*)
      answer=received
      if test "$curl_status" = 23; then answer=not_written; fi
      if test "$size" -gt "$MAX_BYTES" || { test "$answer" = not_written && is_over_limit "$1"; }; then answer=too_large; fi
      ;;
    0//* | 23//*) answer=not_written ;;
    27/*) answer=out_of_memory ;;
    60/*/9 | 60/*/10) answer=expired ;;
    51/* | 60/*) answer=untrusted ;;
    77/*) answer=no_roots ;;
    [67]/* | 16/* | 18/* | 28/* | 35/* | 5[256]/* | 92/*) answer=no_connection ;;
    */30[12378]/*) name_redirect "${ACCESS_URL#http://}" ;;
    */401/*) answer=refused_token ;;
    */403/*) answer=forbidden ;;
    */404/*) answer=not_found ;;
    0/* | 2[23]/* | 63/*) answer=other_status ;;
    *) answer=broken_curl ;;
  esac
}

# Of a body in chunks, curl does not count what it could not write whole.
is_over_limit() { test -n "$(find "$1" -size "+${MAX_BYTES}c")"; }

# Sets: answer
name_redirect() {
  host=${1%%/*}
  case $redirect/ in
    "https://${host%:*[!]]}"[:/]*) answer=redirect_to_https ;;
    *) answer=redirect ;;
  esac
}

# Returns if a body was received, of which curl has written all to the file $1.
require_answer() {
  case $answer in
    received) reason= ;;
    unavailable | other_status) reason="answered with status $http_status: check the deployment's log" ;;
    expired) reason='shows a TLS certificate that has expired or is not valid yet: renew it, or correct the clock here' ;;
    untrusted)
      reason='shows a TLS certificate that is not trusted: check its name, or add its root to extra_ca_certs_pem' ;;
    no_roots)
      store=${roots#/dev/null}
      reason="is not trusted (curl's exit status 77): install ca-certificates${store:+ (or rebuild $store)},"
      reason="$reason or a curl that is not from a snap"
      ;;
    redirect_to_https)
      reason="redirects to https ($http_status): the deployment's access URL should begin with https://" ;;
    redirect)
      reason="redirects elsewhere ($http_status): let /api/v2 through the login page that may be in front of it" ;;
    refused_token) reason='refused the session token (401): restart the workspace to get another one' ;;
    forbidden) reason="denied access (403): check the deployment's license for AI Bridge" ;;
    not_found) reason='has no AI Bridge Proxy (404): set CODER_AI_GATEWAY_PROXY_ENABLED=true, or upgrade Coder' ;;
    too_large) reason='sent an answer that is too large: check which server responds at that address' ;;
    no_connection)
      fail "cannot connect to $ACCESS_URL, or lost connection (curl's exit status $curl_status): check the network" ;;
    out_of_memory)
      fail "curl ran out of memory (exit status 27): check which server responds at $ACCESS_URL, and the free memory" ;;
    broken_curl)
      fail "curl cannot download from $ACCESS_URL (exit status $curl_status): check the URL and this curl" ;;
    *) require_space "$1" ;;
  esac
  refuse_if "$ACCESS_URL $reason" test -n "$reason"
  refuse_if "$ACCESS_URL sent an empty answer: check which server responds at that address" test ! -s "$1"
}

# Where the shell can write what curl could not, the disk is not full (test_a_full_disk_is_told_from_a_snap).
require_space() {
  printf "%${MAX_BYTES}s" '' 2>/dev/null >"$1" || cannot_write
  fail "curl cannot write to $directory/ (exit status $curl_status): if it is from a snap, install another curl"
}
