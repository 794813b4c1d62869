# shellcheck shell=sh
# What openssl's verify finds wrong in a CA certificate and its issuers, and what tools refuse of their names.

EMPTY=eea339da # openssl's hash of an empty name

# Sets: subject and issuer, to their hashes, which stand one after the other in `head`
read_names() {
  issuer=${head#*"$NEWLINE"????????"$NEWLINE"}
  subject=${head%%"$NEWLINE$issuer"}
  subject=${subject##*"$NEWLINE"} issuer=${issuer%%"$NEWLINE"*}
}

warn_of_names() {
  if test "$subject" = "$EMPTY"; then warn_of empty_subject; fi
  read_extension 'Subject Key Identifier' || warn_of_same_name
  case $chain in issuer) warn_of_missing_issuer ;; above) warn_of intermediate ;; esac
  if ! verify_found 7 0; then return; fi # a signature that does not verify
  if test "$subject" = "$issuer"; then warn_of self_signature; else warn_of intermediate; fi
}

# To openssl, a certificate is not the issuer if the authorityKeyIdentifier names another one, and not self-signed if its
# key cannot be read, or something else is wrong with it.
warn_of_missing_issuer() {
  case $subject/$head in
    "$issuer"/*'Unable to load Public Key'*) return ;;
    "$issuer"/*) missing=unreadable ;;
    *) missing=intermediate ;;
  esac
  if read_extension 'Authority Key Identifier'; then
    while read_certificate; do
      case $(ask_openssl x509 -noout -subject_hash 2>/dev/null) in "$issuer") missing=authority_key_identifier ;; esac
    done <"$new_cert"
  fi
  warn_of "$missing"
}

# Verifies the certificate as tools do that want a chain to a root. An ordinary one is not verified: that takes as long as
# all else that openssl does, and could only find a broken self-signature, which hardly any tool looks at.
# Sets: verified; chain, to `complete`, or to what is missing: the `issuer`, or a certificate `above` it
verify_chain() {
  verified='' chain=complete
  if is_ordinary; then return; fi
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

# Whether it says that it is self-signed, and has nothing in it that openssl may not know. Dates without seconds are shown
# with 00.
is_ordinary() {
  if test "$subject" != "$issuer"; then return 1; fi
  case $head in *:[0-9][0-9]:00' '[0-9]* | *'Bad time value'* | *'Unable to load Public Key'*) return 1 ;; esac
  its=
  if read_extension 'Subject Key Identifier'; then its=$extension; fi
  if read_extension 'Authority Key Identifier' && test "$extension" != "$its"; then return 1; fi
  IFS=$NEWLINE
  for line in $details; do
    case $line in
      *'X509v3 Basic Constraints: critical' | *'X509v3 Key Usage: critical') ;;
      *': critical'*) its=critical ;;
    esac
  done
  unset -v IFS
  test "$its" != critical
}
