# shellcheck shell=sh
# What openssl, if it is installed, finds wrong in downloaded certificates.

# Refuses a certificate that is not a CA's or not within its dates: the first $1 certificates of the file $2 are checked.
require_ca_certificates() {
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

# A name can contain any words: subject and issuer are not shown, and what stands before the extensions is looked at alone.
# Sets: head, and details, the extensions
require_ca_certificate() {
  details=$(ask_openssl x509 -noout -purpose -subject_hash -issuer_hash -checkend 0 -text \
    -certopt no_subject,no_issuer,no_sigdump 2>/dev/null)
  status=$?
  head=${details%%'X509v3 extensions:'*}
  case $head in
    '')
      if ! openssl version >/dev/null 2>&1; then return; fi # not installed, or without its libraries
      fail "$named cannot be decoded by openssl: check the proxy's certificate on the deployment"
      ;;
    *'OCSP helper CA : No'*) fail "$named is not a CA certificate: check the proxy's certificate on the deployment" ;;
    *'OCSP helper CA : '*'Public Key Algorithm: '*) ;;
    *) return ;; # not openssl's words
  esac
  refuse_if "$named has expired: replace it on the deployment, or check the clock here" test "$status" = 1
  details=${details#"$head"}
  verify_chain
  refuse_if "$named is not valid yet: use it from then on, or correct the clock here" verify_found 9 0
  warn_of_refused_properties
}

# Verifies the certificate as tools do that want a chain to a root. Nearly always, that is the certificate itself.
# Sets: verified; chain, to `complete`, or to what is missing: the `issuer`, or a certificate `above` it
verify_chain() {
  verify -CAfile "$new_cert"
  if test "$chain" != complete; then verify -CAfile "$new_bundle"; fi
  if test "$chain" != complete; then
    set -- "$chain"
    verify -partial_chain -CAfile "$new_cert" # for what openssl has not looked at
    chain=$1
  fi
}

verify() {
  verified=$NEWLINE$(ask_openssl verify -check_ss_sig "$@" 2>&1)
  chain=complete
  if verify_found 2 '[0-9]'; then chain=above; fi
  if verify_found 20 0; then chain=issuer; fi
}

# Whether verify has found the error $1 at the depth $2. No name begins with the word.
verify_found() {
  # shellcheck disable=SC2254 # a pattern
  case $verified in *"${NEWLINE}error $1 at "$2' depth'*) ;; *) return 1 ;; esac
}
