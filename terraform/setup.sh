#!/bin/sh
# Saves the CA certificate of Coder's AI Bridge Proxy in a workspace, and a bundle of it with the system's roots.
# The module puts single-quoted assignments of these in front (script.tf):
#   ACCESS_URL          the Coder deployment, without a trailing slash
#   SESSION_TOKEN       the workspace owner's token; empty where CA_CERT_PEM is not
#   CERT_PATH           where the proxy's CA certificate goes, and EXTRA_CA_CERTS_PEM after it
#   CA_BUNDLE_PATH      where the bundle goes: the same directory
#   CA_CERT_PEM         the certificate, if it was given or fetched at plan; empty means download it
#   EXTRA_CA_CERTS_PEM  more certificates to trust; may be empty
# For dash, bash and busybox sh, if need be with busybox's applets for all programs. The token is in no argument.
: "${ACCESS_URL?}" "${SESSION_TOKEN?}" "${CERT_PATH?}" "${CA_BUNDLE_PATH?}" "${CA_CERT_PEM?}" "${EXTRA_CA_CERTS_PEM?}"

SYNC_SECONDS=60     # for `coder exp sync start`, which waits for units that this one comes after
DOWNLOAD_SECONDS=60 # for all tries together
CONNECT_SECONDS=15  # for one of them, so that a try into the void leaves time for another
MAX_BYTES=16384
DIRECTORY=${CERT_PATH%/*}

# Nothing is taken from the workspace: no options or functions (bash imports both), no settings of curl and OpenSSL.
unset -f [ cd command exec exit export kill printf set shift trap true ulimit umask wait
unset -f awk cat chmod coder cp curl date find grep id ls mkdir mktemp mv openssl rm sed sleep timeout wc
set -fu +C +e
unset -v IFS CURL_CA_BUNDLE FUNCNEST HOSTALIASES LOCALDOMAIN OPENSSL_CONF RES_OPTIONS SSL_CERT_DIR SSL_CERT_FILE \
  SSLKEYLOGFILE TIME_STYLE
umask 022
export LC_ALL=C
child=        # the process that is waited for
work=         # a directory beside CERT_PATH for everything unfinished
sync_started= # `coder exp sync start` has been called

fail() {
  printf 'AI Bridge Proxy setup failed: %s\n' "$1" >&2
  exit 1
}

cannot_write() { fail "cannot write to $DIRECTORY/: check permissions and free space, or choose another cert_path"; }

finish() {
  trap : HUP INT TERM
  exec 2>/dev/null # so that the failure stays the last line
  [ -z "$child" ] || { kill "$child" && wait "$child"; }
  [ -z "$work" ] || { cd / && rm -rf "$work"; }
  [ -z "$sync_started" ] || within 10 coder exp sync complete aibridge-proxy-setup
}

# While a program runs in the foreground, a shell is deaf to signals; while it waits for one, it is not.
await() {
  child=$1
  wait "$child" 2>/dev/null # where bash says how a child was killed
  set -- "$?"
  child=
  return "$1"
}

# Gives a program so many seconds. Without timeout(1), the deadline is the agent's for the whole script.
within() {
  if command -v timeout >/dev/null; then set -- timeout -s KILL "$@"; else shift; fi
  "$@" </dev/null >/dev/null 2>&1 &
  await "$!"
}

# Nobody else may be able to exchange what is saved, nor is anybody else's directory written to.
check_directories() {
  directory=$DIRECTORY
  while [ -n "$directory" ]; do
    for entry in "$directory" "$directory/"; do # the link where it is one, and what it leads to
      case $entry in */) [ -e "$entry" ] ;; *) [ -L "$entry" ] ;; esac || continue
      # shellcheck disable=SC2012,SC2046 # mode and owner come before a name of any kind, and there is no globbing
      set -- $(ls -ldn "$entry")
      case "${1-} ${3-}" in
        d???????w[!tT]*) fail "everyone can write to $entry: set its sticky bit (chmod +t) or change cert_path" ;;
        *' 0' | *" $(id -u)") ;;
        *) fail "$entry belongs to another user: choose a cert_path in a directory of your own" ;;
      esac
    done
    directory=${directory%/*}
  done
}

# What is not ours stays.
check_files() {
  for file in "$CERT_PATH" "$CA_BUNDLE_PATH"; do
    [ ! -L "$file" ] || fail "$file is a symbolic link: remove it or choose another cert_path"
    [ ! -d "$file" ] || fail "$file is a directory: the cert_path must be that of a file"
    [ -e "$file" ] || continue
    [ -f "$file" ] || fail "$file is not a regular file: choose another cert_path"
    certificates "$file" >/dev/null 2>&1
    case $? in
      0 | 4) ;;
      3) fail "$file holds a private key: move it away or choose another cert_path" ;;
      *) [ ! -s "$file" ] || fail "$file does not hold certificates: move it away or choose another cert_path" ;;
    esac
  done
}

enter_work_directory() {
  mkdir -p "$DIRECTORY/" 2>/dev/null || cannot_write
  check_directories # again: one that a stranger has put there since is none of ours
  # Runs that were killed have left theirs, but none lives for an hour.
  find "$DIRECTORY/." -maxdepth 1 -type d -name '.aibridge-proxy.??????' -user "$(id -u)" -mmin +60 \
    -exec rm -rf {} \; 2>/dev/null
  work=$(mktemp -d "$DIRECTORY/.aibridge-proxy.XXXXXX" 2>/dev/null) || cannot_write
  cd "$work" || cannot_write
}

# Prints the certificates of PEM files, each once, all in one form and with nothing around. Exit status: 3 for a private
# key in them, 4 for a block that is no whole certificate, 5 for no block at all.
certificates() {
  awk '
    function sextet(i) {
      return index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", substr(body, i, 1)) - 1
    }
    # A certificate is one DER sequence (MI in base64); by the length at its head, a truncated one shows.
    function finish_block(    bytes, form, told, i) {
      bytes = length(body) / 4 * 3 - (body ~ /=$/) - (body ~ /==$/)
      form = int(sextet(3) / 4) # the number of bytes that tell the length
      told = sextet(3) % 4 * 64 + sextet(4)
      if (form == 2) told = told * 256 + sextet(5) * 4 + int(sextet(6) / 16)
      if (body !~ /^MI[A-Za-z0-9+\/]+=?=?$/ || length(body) % 4 || form < 1 || form > 2 || bytes < 2 + form + told) {
        broken = 1
        return
      }
      if (body in seen) return
      seen[body] = 1
      print "-----BEGIN CERTIFICATE-----"
      for (i = 1; i <= length(body); i += 64) print substr(body, i, 64)
      print "-----END CERTIFICATE-----"
    }
    FNR == 1 { sub(/^\357\273\277/, "") }
    { gsub(/^[ \t]+|[ \t\r]+$/, "") }
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/ { key = 1 }
    $0 == "-----BEGIN CERTIFICATE-----" { broken += inside; inside = found = 1; body = ""; next }
    $0 == "-----END CERTIFICATE-----" { if (inside) finish_block(); inside = 0; next }
    inside { gsub(/[ \t]/, ""); body = body $0 }
    END { exit key ? 3 : broken || inside ? 4 : found ? 0 : 5 }
  ' "$@"
}

# Writes the text $2 to the file $1. This is the shell's work because busybox's awk does not notice a full disk.
write() { printf '%s\n' "$2" 2>/dev/null >"$1" || cannot_write; }

# Writes the certificates of the files $2... to $1.
write_certificates() {
  pem=$(shift && certificates "$@")
  case $? in
    0 | [345]) write "$1" "$pem" ;;
    *) cannot_write ;;
  esac
}

find_roots() {
  for roots in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
    /etc/ssl/cert.pem /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/certs/ca-bundle.crt \
    /etc/pki/tls/cacert.pem; do
    [ ! -f "$roots" ] || [ ! -r "$roots" ] || [ ! -s "$roots" ] || return 0
  done
  roots=/dev/null
  printf 'AI Bridge Proxy setup: warning: no system roots here: %s is without them\n' "$CA_BUNDLE_PATH" >&2
}

download() {
  case $SESSION_TOKEN in
    *[[:cntrl:]]*) fail 'the session token holds control characters: restart the workspace to get another' ;;
    *[![:space:]]*) ;;
    *) fail 'there is no session token to download with: restart the workspace or set ca_cert_pem in the module' ;;
  esac
  command -v curl >/dev/null || fail \
    'there is no curl: install it in the workspace, or set fetch_ca_cert_at = "plan" or ca_cert_pem in the module'
  write_certificates trusted "$roots" extra
  deadline=$(($(date +%s) + DOWNLOAD_SECONDS))
  fetch "$ACCESS_URL/api/v2/ai-gateway/proxy/ca-cert.pem"
  [ "$http_status" != 404 ] || fetch "$ACCESS_URL/api/v2/aibridge/proxy/ca-cert.pem" # as on older servers
  check_answer
}

# Up to three tries with growing waits. Sets curl_status and http_status.
fetch() {
  http_status=000 curl_status=28 # curl's own for a deadline
  for pause in 0 1 2; do
    [ "$pause" = 0 ] || { sleep "$pause" & await "$!"; }
    left=$((deadline - $(date +%s)))
    [ "$left" -gt 0 ] || return 0
    [ "$left" -le "$DOWNLOAD_SECONDS" ] || left=$DOWNLOAD_SECONDS # the clock was set back
    { true >ca && true >status; } || cannot_write
    curl_settings "$1" "$left" | bounded_curl &
    await "$!"
    curl_status=$?
    http_status=$(cat status 2>/dev/null)
    case $curl_status/$http_status in
      */429 | */5??) ;;
      [67]/* | 16/* | 18/* | 28/* | 35/* | 5[256]/* | 92/*) ;; # no connection, or one that broke
      *) return 0 ;;
    esac
  done
}

# With fail, curl does not read the bodies of errors; without globoff, it expands brackets in a URL.
curl_settings() {
  printf '%s\n' silent fail globoff 'output = ca' 'noproxy = "*"' 'proto = "=http,https"' 'write-out = "%{http_code}"'
  printf '%s = %s\n' connect-timeout "$CONNECT_SECONDS" max-time "$2" max-filesize "$MAX_BYTES"
  ! grep -q . trusted || printf '%s\n' 'cacert = trusted'
  printf '%s\n' "$1" "Coder-Session-Token: $SESSION_TOKEN" |
    sed 's/[\\"]/\\&/g; 1s/.*/url = "&"/; 2s/.*/header = "&"/'
}

# curl keeps to max-filesize only where the server tells the length. ulimit counts in 512 bytes, in bash 1 KiB; with its
# signal ignored, curl still reports the HTTP status.
bounded_curl() {
  trap '' XFSZ
  ulimit -f "$((MAX_BYTES / 512 + 1))" 2>/dev/null
  exec curl -q --config - >status 2>/dev/null
}

check_answer() {
  case $curl_status/$http_status in
    0/ | 23/) cannot_write ;;
    0/200 | 23/200) size=$(wc -c <ca) ;;
    63/200) size=$((MAX_BYTES + 1)) ;;
    51/* | 60/* | 77/*)
      fail "the TLS certificate of $ACCESS_URL is not trusted: check its name and add its root to extra_ca_certs_pem" ;;
    [67]/* | 16/* | 18/* | 28/* | 35/* | 5[256]/* | 92/*)
      fail "cannot connect to $ACCESS_URL or stay connected: check network and URL (curl's exit status $curl_status)" ;;
    */3??) fail "$ACCESS_URL answered with a redirect ($http_status): let /api/v2 through the login page in front" ;;
    */401) fail "$ACCESS_URL refused the session token (401): restart the workspace to get another" ;;
    */403) fail "$ACCESS_URL denied access (403): check the licence for AI Bridge and the permissions of the user" ;;
    */404) fail "$ACCESS_URL has no AI Bridge Proxy (404): enable it on the deployment" ;;
    0/* | 2[23]/* | 63/*) fail "$ACCESS_URL answered with status $http_status: look into its log" ;;
    *) fail "curl cannot download from $ACCESS_URL (exit status $curl_status): check the URL and the curl here" ;;
  esac
  [ "$size" -le "$MAX_BYTES" ] || fail "the answer of $ACCESS_URL is too large for a certificate: check what it is"
  [ "$curl_status" = 0 ] || cannot_write
  [ -s ca ] || fail "the answer of $ACCESS_URL is empty: check what answers there"
}

# $1 says where the certificate is from.
check_certificate() {
  certificates ca >/dev/null
  case $? in
    0) ;;
    3) fail "$1 holds a private key: replace that key, it is no secret any more" ;;
    *) fail "$1 is not a whole PEM certificate: check where it comes from" ;;
  esac
}

# What else a download must be, as far as an openssl is there to tell.
check_with_openssl() {
  certificates ca | awk '/BEGIN/ { file = "one." (++n) } { print >file }'
  [ -e one.1 ] || cannot_write
  number=0
  while number=$((number + 1)) && [ -e "one.$number" ]; do
    # Without a file of its own for it, x509 reads all the system's roots, only to look at one certificate.
    told=$(SSL_CERT_FILE=/dev/null openssl x509 -noout -purpose -checkend 0 -in "one.$number" 2>/dev/null)
    case $?/$told in
      0/*'SSL server CA : Yes'*) ;;
      1/*'SSL server CA : Yes'*) fail "$1 has expired: replace it on the deployment, or check the clock here" ;;
      12[67]/*) return 0 ;; # no openssl, or one that does not run
      *) fail "$1 is damaged or not a CA's: check the proxy's certificate on the deployment" ;;
    esac
  done
}

# Both files are complete before the first is renamed. If the second cannot be, the first is put back.
save() {
  write_certificates cert ca extra
  write_certificates bundle "$roots" cert
  chmod 0644 cert bundle || cannot_write
  check_files
  [ ! -e "$CA_BUNDLE_PATH" ] || cp "$CA_BUNDLE_PATH" previous 2>/dev/null || cannot_write
  trap '' HUP INT TERM # not between the two
  mv -f bundle "$CA_BUNDLE_PATH" 2>/dev/null || cannot_write
  mv -f cert "$CERT_PATH" 2>/dev/null && return
  mv -f previous "$CA_BUNDLE_PATH" 2>/dev/null || rm -f "$CA_BUNDLE_PATH"
  cannot_write
}

main() {
  trap '' PIPE # whoever reads what is said here may go
  trap finish EXIT
  trap 'fail "a signal stopped it: restart the workspace"' HUP INT TERM
  if command -v coder >/dev/null; then
    sync_started=yes
    within "$SYNC_SECONDS" coder exp sync start aibridge-proxy-setup
  fi
  check_directories
  check_files
  enter_work_directory
  find_roots
  write extra "$EXTRA_CA_CERTS_PEM"
  if [ -n "$CA_CERT_PEM" ]; then
    write ca "$CA_CERT_PEM"
    check_certificate ca_cert_pem
  else
    download
    check_certificate "what $ACCESS_URL sent as the certificate"
    check_with_openssl "what $ACCESS_URL sent as the certificate"
  fi
  save
  printf 'AI Bridge Proxy CA certificate saved to %s\n' "$CERT_PATH"
}

main
