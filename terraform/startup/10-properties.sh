# shellcheck shell=sh
# Properties of a CA certificate that tools refuse, in the words of certificate_properties.json. The module warns of those
# of a given certificate at plan.

# Warns of what `details` shows.
warn_of_refused_properties() {
  case $details in *'Version: 1 ('*) warn_of version_1 ;; *) warn_of_refused_extensions ;; esac
  warn_of_refused_key
  case $details in *'Serial Number: -'* | *'(Negative)'*) warn_of negative_serial ;; esac
  case $details in *'Bad time value'*) warn_of no_seconds ;; esac
  issuer=${details#*Issuer:} subject=${details#*Subject:}
  issuer=${issuer%%"$NEWLINE"*} subject=${subject%%"$NEWLINE"*}
  case $subject in *[!\ ]*) ;; *) warn_of empty_subject ;; esac
  if test "$issuer" != "$subject"; then warn_of_unknown_issuer; fi
}

warn_of() {
  sentence=${CA_PROPERTIES#*"$NEWLINE$1 "}
  warn "$named ${sentence%%"$NEWLINE"*}"
}

warn_of_refused_key() {
  bits=${details#*Public-Key: (}
  bits=${bits%% bit*}
  key=${details#*Public Key Algorithm: }
  case ${key%%"$NEWLINE"*} in
    rsaEncryption)
      if test "$bits" -lt 2048; then warn_of rsa_under_2048; fi
      if test "$bits" -gt 8192; then warn_of rsa_over_8192; fi
      if test "$((bits % 8))" != 0; then warn_of rsa_odd; fi
      ;;
    id-ecPublicKey)
      case $key in
        *'ASN1 OID: prime256v1'* | *'ASN1 OID: secp384r1'* | *'ASN1 OID: secp521r1'*) ;;
        *'ASN1 OID: secp224r1'*) warn_of p224 ;;
        *) warn_of other_curve ;;
      esac
      ;;
    ED25519) ;;
    ML-DSA*) warn_of ml_dsa ;;
    *) warn_of other_key ;;
  esac
}

# Sets: extension, to the lines of the extension $1. Fails if there is none.
read_extension() {
  case $details in *"X509v3 $1:"*) ;; *) return 1 ;; esac
  extension=${details#*"X509v3 $1:"}
  extension=${extension%%"$NEWLINE            "[! ]*}
}

warn_of_refused_extensions() {
  case $details in
    *'X509v3 Basic Constraints: critical'*) ;;
    *'X509v3 Basic Constraints:'*) warn_of basic_constraints_not_critical ;;
    *) warn_of no_basic_constraints ;;
  esac
  read_extension 'Key Usage' || warn_of no_key_usage
  read_extension 'Subject Key Identifier' || warn_of no_subject_key_identifier
  if read_extension 'Extended Key Usage'; then
    case $extension in *'TLS Web Server Authentication'*) ;; *) warn_of extended_key_usage ;; esac
  fi
  if read_extension 'Policy Constraints'; then warn_of policy_constraints; fi
  if read_extension 'Name Constraints'; then
    case $extension in *DNS:.*) warn_of leading_dot ;; esac
    case $extension in *DirName:*) warn_of directory_name ;; esac
  fi
  case $details in
    *[0-9]': critical'* | *'Key Identifier: critical'* | *'Access: critical'*) warn_of critical_extension ;;
  esac
}

# An issuer is known if its name is the subject of a certificate that is saved, too.
warn_of_unknown_issuer() {
  while read_certificate; do
    subject=$({ printf '%s' "$certificate" | SSL_CERT_FILE=/dev/null openssl x509 -noout -subject; } 2>/dev/null)
    if test " ${subject#subject=}" = "$issuer"; then return; fi
  done <"$new_cert"
  warn_of intermediate
}
