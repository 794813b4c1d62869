#!/bin/sh
# Saves the CA certificate of Coder's AI Bridge Proxy in a workspace, a bundle of it with the system's roots, and, if
# requested, a wrapper that runs a tool through the proxy. The module puts single-quoted assignments first (script.tf):
#   ACCESS_URL          the Coder deployment, without a trailing slash
#   SESSION_TOKEN       the workspace owner's token; may be empty if CA_CERT_PEM is not
#   CERT_PATH           where to save the proxy's CA certificate, followed by EXTRA_CA_CERTS_PEM
#   CA_BUNDLE_PATH      where to save the bundle: in the same directory
#   CA_CERT_PEM         the certificate, if it was given or fetched at plan; empty means download it
#   EXTRA_CA_CERTS_PEM  more certificates to trust; may be empty
#   WRAPPER_PATH        where to save WRAPPER, the text of the wrapper; empty means nowhere
#   CERTIFICATES_AWK    the program certificates.awk
# Runs under dash, bash and busybox sh; busybox's applets are enough. No program gets the token as an argument.

# Take nothing from the workspace: no functions or options (bash imports both), no settings of the programs below. This
# script uses neither [ nor :, because bash before 5.1 cannot unset functions of these names, and says so.
unset -f cd command exec exit export kill printf read return set shift test trap true ulimit umask wait
unset -f awk chmod coder cp curl date find id ls mkdir mktemp mv openssl readlink rm sed sleep timeout wc
set -fu +C +e
absolute='' IFS=: # a relative directory in PATH would be one that this script goes to, with programs of other users
for entry in $PATH; do case $entry in /*) absolute=$absolute:$entry ;; esac; done
PATH=${absolute#:}
unset -v IFS CURL_CA_BUNDLE FUNCNEST GAWK_PERSIST_FILE GAWK_READ_TIMEOUT HOSTALIASES LOCALDOMAIN OPENSSL_CONF \
  QUOTING_STYLE RES_OPTIONS SSL_CERT_DIR SSL_CERT_FILE SSLKEYLOGFILE TIME_STYLE
export LC_ALL=C
umask 077
true "${ACCESS_URL?}" "${SESSION_TOKEN?}" "${CERT_PATH?}" "${CA_BUNDLE_PATH?}" "${CA_CERT_PEM?}" \
  "${EXTRA_CA_CERTS_PEM?}" "${WRAPPER_PATH?}" "${WRAPPER?}" "${CERTIFICATES_AWK?}"

SYNC_SECONDS=60     # for `coder exp sync start`, which waits for units that come before this one
DOWNLOAD_SECONDS=60 # for all tries together
CONNECT_SECONDS=15  # for one try, so that one that hangs leaves time for another
MAX_BYTES=16384     # of a downloaded certificate
MEMORY_KIB=262144   # for curl
NEWLINE='
'
ended=        # the background process that was waited for last
work=         # the directory of unfinished files, in the current directory
sync_started= # `coder exp sync start` has been called
warnings=     # so far, so that none is repeated

fail() {
  printf 'AI Bridge Proxy setup failed: %s\n' "$1" >&2
  exit 1
}

warn() {
  case $warnings in *"$1"*) return ;; esac
  warnings=$warnings$NEWLINE$1
  printf 'AI Bridge Proxy setup: warning: %s\n' "$1" >&2
}

cannot_write() {
  fail "cannot write to $directory/: check permissions, free space and the file size limit, or choose another $setting"
}

finish() {
  trap '' HUP INT TERM
  exec 2>/dev/null # so that the failure stays the last line
  set +u           # there may not have been a background process
  test "$!" = "$ended" || { kill "$!" && wait "$!"; }
  test -z "$work" || rm -rf "$work"
  test -z "$sync_started" || within 10 coder exp sync complete aibridge-proxy-setup
}

# A shell reacts to signals while it waits for a background program, but not while one runs in the foreground.
await() {
  wait "$1" 2>/dev/null # bash would print how it was killed
  set -- "$?" "$1"
  ended=$2
  return "$1"
}

# Runs a command with a deadline of $1 seconds. Without timeout(1), only the agent's own deadline applies.
within() {
  if command -v timeout >/dev/null; then set -- timeout -s KILL "$@"; else shift; fi
  "$@" </dev/null >/dev/null 2>&1 &
  await "$!"
}

check_programs() {
  missing=
  for program in awk chmod cp date find id ls mkdir mktemp mv readlink rm sed sleep wc; do
    command -v "$program" >/dev/null || missing="$missing $program"
  done
  test -z "$missing" || fail "missing programs:$missing (install them in the workspace)"
}

# Goes to the directory of the file $1, which the setting $2 names. With $3 = make, creates what is missing of it;
# otherwise returns 1 there. From / on, each step looks at one entry of the current directory, refuses one of another
# user, and enters it or, if it is a link, goes on with its target: the system follows no link. Only the owners of an
# entry and of its directory can replace it, so what was looked at is entered, and stays. In an open directory everyone
# can: the script can only warn, and look again at the end.
go_to() {
  directory=${1%/*} setting=$2 rest=${1%/*}/
  cd -P / && look_at .
  while test -n "$rest"; do
    name=./${rest%%/*} rest=${rest#*/}
    test "$name" != ./ || continue
    test -z "$open" || warn "anyone could replace $directory: everyone can write to $open (chmod +t prevents that)"
    test -e "$name" || test -L "$name" || test "${3-}" = make || return 1
    test -e "$name" || mkdir -m 0755 "$name" 2>/dev/null
    look_at "$name"
    case $listing in
      l*)
        test -e "$name" || cannot_write # a loop, or a link to nothing
        rest=$(readlink "$name")/$rest || cannot_write
        case $rest in /*) cd -P / && look_at . ;; esac
        ;;
      *) cd -P "$name" 2>/dev/null || cannot_write ;;
    esac
  done
  look_at .
  test -z "$open" || fail "everyone can write to $open: set its sticky bit (chmod +t), or choose another $setting"
}

# In a user namespace that does not map all users, root's directories can appear as those of the overflow user.
is_overflow_user() {
  read -r _ _ count 2>/dev/null </proc/self/uid_map && test "$count" != 4294967295 &&
    test "$1" = "$(sed '' /proc/sys/kernel/overflowuid)" # read gets only its first digit in dash and busybox
}

# Sets `listing` to what ls says of an entry of the current directory. For a directory, also sets `open` to its path if
# everyone can replace its entries, and `shared` if everyone can add some.
look_at() {
  entry=${PWD%/}/${1#./}
  entry=${entry%/.}
  listing=$(ls -ldn "$1" 2>/dev/null) || cannot_write
  case $listing in d*) entry=$entry/ ;; esac
  # shellcheck disable=SC2086 # mode, links and owner come before a name of any kind, and there is no globbing
  set -- $listing
  if test "${3-}" != 0 && test "${3-}" != "$user"; then
    is_overflow_user "$3" || fail "$entry belongs to another user (uid $3): choose a $setting in your own directory"
    warn "directories of uid $3, to which this user namespace maps all unknown users, count as root's"
  fi
  case $1 in
    d???????w[tT]*) open='' shared=yes ;;
    d???????w*) open=$entry shared=yes ;;
    d*) open='' shared='' ;;
  esac
}

# Refuses to replace the file $1, in the current directory, if this script did not save it.
check_file() {
  file=./${1##*/}
  test -e "$file" || test -L "$file" || return 0
  test -z "$shared" || look_at "$file"
  test ! -L "$file" || fail "$1 is a symbolic link: remove it or choose another $setting"
  test ! -d "$file" || fail "$1 is a directory: the $setting must be the path of a file"
  test -f "$file" || fail "$1 is not a regular file: choose another $setting"
  test -s "$file" || return 0
  if test "$1" = "$WRAPPER_PATH"; then
    marker=$(sed -n '2{s/[^ -~]/?/g;p;q;}' "$file" 2>/dev/null) # bash warns of zero bytes
    case $WRAPPER in "#!/bin/sh$NEWLINE$marker$NEWLINE"*) return ;; *) reason='is not a wrapper of this module' ;; esac
  else
    (certificates "$file" >/dev/null 2>&1)
    case $? in 0 | 4) return ;; 3) reason='contains a private key' ;; *) reason='does not contain certificates' ;; esac
  fi
  fail "$1 $reason: move it away or choose another $setting"
}
check_certificate_files() { check_file "$CERT_PATH" && check_file "$CA_BUNDLE_PATH"; }

make_work_directory() {
  # Killed runs leave theirs; no run takes an hour.
  find . -maxdepth 1 -type d -name '.aibridge-proxy.??????' -user "$user" -mmin +60 -exec rm -rf {} \; 2>/dev/null
  work=$(mktemp -d ./.aibridge-proxy.XXXXXX 2>/dev/null) || cannot_write
}

# With -T, mv does not move a file into a directory that someone has just put in its place. Old busyboxes have no -T.
rename() {
  mv -fT "$1" "$2" 2>/dev/null && return
  true 2>/dev/null >"$work/old" && ! mv -fT "$work/old" "$work/new" 2>/dev/null && mv -f "$1" "$2" 2>/dev/null
}

# Writes the text $2 to the file $1. The shell does it because busybox's awk does not notice a full disk.
write() { printf '%s' "$2" 2>/dev/null >"$1" || cannot_write; }

save_wrapper() {
  go_to "$WRAPPER_PATH" wrapper_path make
  check_file "$WRAPPER_PATH"
  make_work_directory
  write "$work/wrapper" "$WRAPPER"
  { chmod 0700 "$work/wrapper" && rename "$work/wrapper" "$file"; } || cannot_write
  rm -rf "$work" && work=
  "$file" </dev/null >/dev/null 2>&1
  test "$?" = 2 || warn "$WRAPPER_PATH cannot be executed, probably because of a noexec mount: use sh $WRAPPER_PATH"
}

certificates() { awk "$CERTIFICATES_AWK" "$@"; } # in subshells, because a trap prints to where this is redirected

# Writes the certificates of the files $2... to the file $1.
write_certificates() {
  pem=$(shift && certificates "$@" 2>"$work/left-out")
  case $? in 0 | [345]) write "$1" "$pem${pem:+$NEWLINE}" ;; *) cannot_write ;; esac
}

find_roots() {
  for roots in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
    /etc/ssl/cert.pem /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/certs/ca-bundle.crt \
    /etc/pki/tls/cacert.pem; do
    test ! -f "$roots" || test ! -r "$roots" || test ! -s "$roots" || return 0
  done
  roots=/dev/null
}

download() {
  case $SESSION_TOKEN in
    *[[:cntrl:]]*) fail 'the session token contains control characters: restart the workspace to get another one' ;;
    *[![:space:]]*) ;;
    *) fail 'no session token for the download: restart the workspace, or set ca_cert_pem in the module' ;;
  esac
  command -v curl >/dev/null ||
    fail 'no curl found: install it in the workspace, or set fetch_ca_cert_at = "plan" or ca_cert_pem in the module'
  write_certificates "$work/trusted" "$roots" "$work/extra"
  deadline=$(($(date +%s) + DOWNLOAD_SECONDS))
  fetch "$ACCESS_URL/api/v2/ai-gateway/proxy/ca-cert.pem"
  test "$http_status" != 404 || fetch "$ACCESS_URL/api/v2/aibridge/proxy/ca-cert.pem" # the path on older servers
  check_answer
}

# Makes up to three tries with growing waits. Sets curl_status, http_status, tls_status and redirect.
fetch() {
  http_status=000 tls_status='' curl_status=28 # curl's own for a deadline
  for pause in 0 1 2; do
    test "$pause" = 0 || { sleep "$pause" & await "$!"; }
    left=$((deadline - $(date +%s)))
    test "$left" -gt 0 || return 0
    test "$left" -le "$DOWNLOAD_SECONDS" || left=$DOWNLOAD_SECONDS # the clock was set back
    write "$work/ca" '' && write "$work/status" ''
    curl_settings "$1" "$left" | limited_curl &
    await "$!"
    curl_status=$?
    read -r http_status tls_status redirect <"$work/status"
    case $curl_status/$http_status in
      */429 | */5??) ;;
      [67]/* | 16/* | 18/* | 28/* | 35/* | 5[256]/* | 92/*) ;; # no connection, or one that broke
      *) return 0 ;;
    esac
  done
}

# With fail, curl does not read the bodies of errors; without globoff, it expands brackets in a URL.
curl_settings() {
  printf '%s\n' silent fail globoff 'noproxy = "*"' 'proto = "=http,https"' "output = $work/ca" \
    'write-out = "%{http_code} %{ssl_verify_result} %{redirect_url}"'
  printf '%s = %s\n' connect-timeout "$CONNECT_SECONDS" max-time "$2" max-filesize "$MAX_BYTES"
  test ! -s "$work/trusted" || printf '%s\n' "cacert = $work/trusted"
  printf '%s\n' "$1" "Coder-Session-Token: $SESSION_TOKEN" |
    sed 's/[\\"]/\\&/g; 1s/.*/url = "&"/; 2s/.*/header = "&"/'
} 2>/dev/null # if curl ends without reading them

# curl obeys max-filesize only if the server announces the length, and keeps all headers in memory; its threads need as
# much as the stack may take. -d does not count what is only reserved, as by the program that starts a curl from a snap;
# -v is for kernels before 4.7. -f counts in 512 bytes, in bash in 1 KiB.
limited_curl() {
  ulimit -S -s 8192
  ulimit -S -d "$MEMORY_KIB"
  ulimit -S -v "$((8 * MEMORY_KIB))"
  ulimit -f "$((MAX_BYTES / 512 + 1))"
  exec curl -q --config - >"$work/status"
} 2>/dev/null

check_answer() {
  case $curl_status/$http_status/$tls_status in
    0/200/* | 0//* | 23/200/* | 23//* | 23/000/* | 63/200/*) ;;
    27/*) fail "curl ran out of memory (exit status 27): check what answers at $ACCESS_URL, and the free memory here" ;;
    60/*/9 | 60/*/10)
      fail "the TLS certificate of $ACCESS_URL has expired or is not valid yet: renew it, or correct the clock here" ;;
    51/* | 60/*)
      fail "the TLS certificate of $ACCESS_URL is not trusted: check its name, or add its root to extra_ca_certs_pem" ;;
    77/*)
      fail "$ACCESS_URL is not trusted (curl's exit status 77): install ca-certificates, or a curl not from a snap" ;;
    [67]/* | 16/* | 18/* | 28/* | 35/* | 5[256]/* | 92/*)
      fail "cannot connect to $ACCESS_URL, or lost connection (curl's exit status $curl_status): check the network" ;;
    */30[12378]/*)
      host=${ACCESS_URL#http://} host=${host%%/*}
      case $redirect/ in "https://${host%:*[!]]}"[:/]*)
        fail "$ACCESS_URL redirects to https ($http_status): the deployment's access URL should begin with https://" ;;
      esac
      fail "$ACCESS_URL answered with a redirect ($http_status): let /api/v2 through the login page in front of it" ;;
    */401/*) fail "$ACCESS_URL refused the session token (401): restart the workspace to get another one" ;;
    */403/*) fail "$ACCESS_URL denied access (403): check the license for AI Bridge and the user's permissions" ;;
    */404/*)
      fail "$ACCESS_URL has no AI Bridge Proxy (404): set CODER_AI_GATEWAY_PROXY_ENABLED=true, or upgrade Coder" ;;
    0/* | 2[23]/* | 63/*) fail "$ACCESS_URL answered with status $http_status: check the log of the deployment" ;;
    *) fail "curl cannot download from $ACCESS_URL (exit status $curl_status): check the URL and this curl" ;;
  esac
  test "$curl_status" != 63 && test "$(wc -c <"$work/ca")" -le "$MAX_BYTES" ||
    fail "the answer of $ACCESS_URL is too large: check what answers there"
  if test "$curl_status/$http_status" != 0/200; then
    printf "%${MAX_BYTES}s" '' 2>/dev/null >"$work/ca" || cannot_write # if the shell cannot either
    fail "curl cannot write to $directory/ (exit status $curl_status): if it is from a snap, install another curl"
  fi
  test -s "$work/ca" || fail "the answer of $ACCESS_URL is empty: check what answers there"
}

# $1 says where the certificate is from.
check_certificate() {
  (certificates "$work/ca" >/dev/null 2>&1)
  case $? in 0) return ;; 3) fail "$1 contains a private key: replace the key, which is no longer secret" ;; esac
  fail "$1 is not a complete PEM certificate: check where it comes from"
}

# What else a download must be. Without openssl, this checks nothing.
check_with_openssl() {
  certificates "$work/ca" 2>/dev/null | awk -v work="$work" '/BEGIN/ { file = work "/one." ++n } { print >file }'
  test -e "$work/one.1" || cannot_write
  number=0
  while number=$((number + 1)) && test -e "$work/one.$number"; do
    # Without SSL_CERT_FILE, x509 reads all the system's roots to look at one certificate.
    purpose=$(SSL_CERT_FILE=/dev/null openssl x509 -noout -purpose -checkend 0 -in "$work/one.$number" 2>/dev/null)
    case $?/$purpose in
      0/*'SSL server CA : Yes'*) continue ;;
      1/*'SSL server CA : Yes'*) fail "$1 has expired: replace it on the deployment, or check the clock here" ;;
    esac
    openssl version >/dev/null 2>&1 || return 0 # not installed, or without its libraries
    fail "$1 is damaged or not a CA certificate: check the proxy's certificate on the deployment"
  done
}

# Both files are complete before the first is renamed. If the second cannot be, the first is put back.
save() {
  write_certificates "$work/cert" "$work/ca" "$work/extra"
  ours=$pem
  write_certificates "$work/bundle" "$roots" "$work/cert"
  test "$pem" != "$ours" || warn "no system roots found: $CA_BUNDLE_PATH does not contain them"
  ! read -r count <"$work/left-out" || warn "left out PEM blocks of $roots that are not complete certificates ($count)"
  chmod 0644 "$work/cert" "$work/bundle" || cannot_write
  check_certificate_files
  cert=./${CERT_PATH##*/} bundle=./${CA_BUNDLE_PATH##*/}
  test ! -e "$bundle" || cp -p "$bundle" "$work/previous" 2>/dev/null || cannot_write
  trap '' HUP INT TERM # not between the two
  rename "$work/bundle" "$bundle" || cannot_write
  rename "$work/cert" "$cert" && return
  rename "$work/previous" "$bundle" || rm -f "$bundle"
  cannot_write
}

main() {
  trap '' PIPE XFSZ # closed output and files over the size limit are failed writes
  trap finish EXIT
  trap 'fail "stopped by a signal: restart the workspace"' HUP INT TERM
  if command -v coder >/dev/null; then
    sync_started=yes
    within "$SYNC_SECONDS" coder exp sync start aibridge-proxy-setup
  fi
  check_programs
  user=$(id -u)
  if test -n "$WRAPPER_PATH"; then
    ! go_to "$CERT_PATH" cert_path || check_certificate_files # all places are checked before anything is written
    save_wrapper
  fi
  go_to "$CERT_PATH" cert_path make
  check_certificate_files
  make_work_directory
  find_roots
  write "$work/extra" "$EXTRA_CA_CERTS_PEM"
  if test -n "$CA_CERT_PEM"; then
    write "$work/ca" "$CA_CERT_PEM"
    check_certificate ca_cert_pem
  else
    download
    check_certificate "what $ACCESS_URL sent as the certificate"
    check_with_openssl "what $ACCESS_URL sent as the certificate"
  fi
  save
  printf 'AI Bridge Proxy CA certificate saved to %s\n' "$CERT_PATH" 2>/dev/null || true # the reader may be gone
}

main
