# shellcheck shell=sh
# What openssl, if it is installed, finds wrong in downloaded certificates.

MONTHS=JanFebMarAprMayJunJulAugSepOctNovDec

# Refuses a certificate that is not a CA's or not within its dates: the first $1 certificates of the file $2 are checked.
require_ca_certificates() {
  now=$(date -u +%Y%m%d%H%M%S)
  case ${#now}/$now in */*[!0-9]*) now= ;; 14/*) ;; *) now= ;; esac
  refuse_if 'date prints no date: check this program' test -z "$now"
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

# Runs openssl with the certificate as its input. Without the variables, it reads all the system's roots to look at one.
ask_openssl() { printf '%s' "$certificate" | SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null openssl "$@"; }

# Sets: what sort_lines sets
require_ca_certificate() {
  shown=$(ask_openssl x509 -noout -purpose -subject_hash -issuer_hash -checkend 0 -text \
    -certopt no_subject,no_issuer,no_sigdump 2>/dev/null)
  status=$?
  if test -z "$shown"; then
    if ! openssl version >/dev/null 2>&1; then return; fi # not installed, or without its libraries
    fail "$named cannot be decoded by openssl: check the proxy's certificate on the deployment"
  fi
  sort_lines "$shown"
  case $head in
    *'OCSP helper CA : No'*) fail "$named is not a CA certificate: check the proxy's certificate on the deployment" ;;
    *'OCSP helper CA : '*'Public Key Algorithm: '*) ;;
    *) return ;; # not openssl's words
  esac
  refuse_if "$named has expired: replace it on the deployment, or check the clock here" test "$status" = 1
  date_digits "${head#*Not Before: }"
  refuse_if "$named is not valid yet: use it from then on, or correct the clock here" test "$digits" -gt "$now"
  read_names
  verify_chain
  warn_of_refused_properties
}

# A name can contain any words: subject and issuer are not shown, and what stands before the extensions is looked at alone.
# Shells are slow with long texts, so other purposes and the numbers of the key, which are far to the right, are left out.
# Sets: head, and details, the extensions
sort_lines() {
  head=$NEWLINE details=
  IFS=$NEWLINE
  for line in $1; do
    case ${details:+more}$line in
      more*) details=$details$NEWLINE$line ;;
      '        X509v3 extensions:'*) details=$line ;;
      'OCSP helper CA : '*) head=$head$line$NEWLINE ;;
      *' : Yes'* | *' : No' | '                    '*) ;;
      *) head=$head$line$NEWLINE ;;
    esac
  done
  unset -v IFS
  details=${details%"${NEWLINE}Certificate will "*}
}

# Turns a date of openssl's (Nov 30 15:34:00 2026 GMT), with whatever follows it, into digits.
# Sets: digits; 0 for a time that openssl cannot read
date_digits() {
  # shellcheck disable=SC2086 # words
  set -- $1 '' '' '' ''
  month=${MONTHS%%"$1"*} time=${3#*:}
  case ${#2} in 1) set -- "$1" "0$2" "$3" "$4" ;; esac
  month=$((${#month} / 3 + 101))
  digits=$4${month#1}$2${3%%:*}${time%:*}${time#*:}
  case $digits in *[!0-9]*) digits=0 ;; esac
}
