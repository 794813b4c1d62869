# shellcheck shell=sh
# What openssl, if it is installed, finds wrong in downloaded certificates and in the system's roots.

MONTHS=JanFebMarAprMayJunJulAugSepOctNovDec

# Refuses a certificate that is not a CA's or not within its dates: the first $1 certificates of the file $2 are checked.
require_ca_certificates() {
  now=$(date -u +%Y%m%d%H%M%S)
  case $now in '' | *[!0-9]*) fail 'date prints no date: check this program' ;; esac
  number=0
  while test "$number" -lt "$1" && read_certificate; do
    number=$((number + 1))
    require_ca_certificate
  done <"$2"
}

# Reads a certificate from the program's own file.
# Sets: certificate
read_certificate() {
  certificate=
  while read -r line; do
    certificate=$certificate$line$NEWLINE
    case $line in -----END*) return ;; esac
  done
  return 1
}

# Without SSL_CERT_FILE, x509 reads all the system's roots to look at one certificate.
# Sets: details
require_ca_certificate() {
  details=$({ printf '%s' "$certificate" |
    SSL_CERT_FILE=/dev/null openssl x509 -noout -text -purpose -checkend 0; } 2>/dev/null)
  case $?/$details in
    */)
      if ! openssl version >/dev/null 2>&1; then return; fi # not installed, or without its libraries
      fail "$named cannot be decoded by openssl: check the proxy's certificate on the deployment"
      ;;
    *'OCSP helper CA : No'*) fail "$named is not a CA certificate: check the proxy's certificate on the deployment" ;;
    1/*) fail "$named has expired: replace it on the deployment, or check the clock here" ;;
  esac
  date_digits "${details#*Not Before: }"
  if test "$digits" -gt "$now"; then fail "$named is not valid yet: use it from then on, or correct the clock here"; fi
  warn_of_refused_properties
}

# Turns a date of openssl's (Nov 30 15:34:00 2026 GMT), with whatever follows it, into digits.
# Sets: digits; 0 for a time that openssl cannot read
date_digits() {
  digits=0
  # shellcheck disable=SC2086 # words
  set -- $1
  case $1-$2 in [A-Z][a-z][a-z]-[0-9] | [A-Z][a-z][a-z]-[0-9][0-9]) ;; *) return ;; esac
  month=${MONTHS%%"$1"*} time=${3#*:}
  month=$((${#month} / 3 + 101)) day=$(($2 + 100))
  digits=$4${month#1}${day#1}${3%%:*}${time%:*}${time#*:}
}

# Finds what openssl cannot read in the bundle $1. Nearly always, one call shows that it can read everything; without a
# provider, openssl 3 does not try to use the keys. Otherwise verify, which gets each certificate as a file, names those that
# it could read.
# Sets: unreadable, to numbers of certificates with blanks around them
find_unreadable() {
  unreadable=
  if openssl crl2pkcs7 -nocrl -provider null -certfile "$1" -outform DER -out /dev/null ||
    openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null; then return; fi
  number=0
  set -- "$1"
  while read_certificate; do
    number=$((number + 1))
    write "$1.$number" "$certificate"
    set -- "$@" "$1.$number"
  done <"$1"
  shift
  report=$(SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null openssl verify "$@" 2>&1)
  for file in "$@"; do
    case $report in *"$file: "*) readable=yes ;; *) unreadable="$unreadable ${file##*.} " ;; esac
  done
  if test -z "${readable-}"; then unreadable=; fi # openssl itself does not work
} 2>/dev/null
