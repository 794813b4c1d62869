# shellcheck shell=sh
# Properties of a CA certificate that tools refuse, in the words of certificate_properties.json. The module warns of those
# of a given certificate at plan.

LINE="$NEWLINE            X509v3 "

# Warns of what `head`, `details` and `verified` show.
warn_of_refused_properties() {
  case $head in
    *'OCSP helper CA : Yes (WARNING code=-1)'*) # 3 is for version 1
      warn_of unreadable
      return
      ;;
  esac
  case $head in *'Version: 1 ('*) warn_of version_1 ;; *) warn_of_refused_extensions ;; esac
  warn_of_refused_key
  case $head in *'Serial Number: -'* | *'(Negative)'*) warn_of negative_serial ;; esac
  if verify_found 13 0 || verify_found 14 0; then warn_of no_seconds; fi
  if verify_found 34 0; then warn_of critical_extension; fi
  warn_of_names
}

warn_of() {
  sentence=${CA_PROPERTIES#*"$NEWLINE$1 "}
  warn "$named ${sentence%%"$NEWLINE"*}"
}

warn_of_refused_key() {
  key=${head#*Public Key Algorithm: }
  case ${key%%"$NEWLINE"*} in
    rsaEncryption)
      bits=${key#*Public-Key: (}
      bits=${bits%% bit*}
      if ! is_number "$bits"; then
        warn_of unreadable
      elif test "$((bits + 7))" -lt 2048; then
        warn_of rsa_under_2048
      elif test "$bits" -gt 8192; then
        warn_of rsa_over_8192
      elif test "$((bits % 8))" != 0; then # 2047 bits, too
        warn_of rsa_odd
      fi
      ;;
    id-ecPublicKey)
      case $key in
        *'ASN1 OID: prime256v1'* | *'ASN1 OID: secp384r1'* | *'ASN1 OID: secp521r1'*) ;;
        *'ASN1 OID: secp224r1'*) warn_of p224 ;;
        *) warn_of other_curve ;;
      esac
      ;;
    ED25519) ;;
    ML-DSA* | 2.16.840.1.101.3.4.3.*) warn_of ml_dsa ;;
    *) warn_of other_key ;;
  esac
}

# Sets: extension, to the lines of the extension $1. Fails if there is none.
read_extension() {
  case $details in *"$LINE$1:"*) ;; *) return 1 ;; esac
  extension=${details#*"$LINE$1:"}
  extension=${extension%%"$NEWLINE            "[! ]*}
}

warn_of_refused_extensions() {
  if read_extension 'Basic Constraints'; then
    case $extension in ' critical'*) ;; *) warn_of basic_constraints_not_critical ;; esac
  else
    warn_of no_basic_constraints
  fi
  read_extension 'Key Usage' || warn_of no_key_usage
  read_extension 'Subject Key Identifier' || warn_of no_subject_key_identifier
  if read_extension 'Extended Key Usage'; then
    case $extension in *'TLS Web Server Authentication'*) ;; *) warn_of extended_key_usage ;; esac
  fi
  if read_extension 'Policy Constraints'; then warn_of policy_constraints; fi
  if read_extension 'Name Constraints'; then warn_of_name_constraints; fi
  # Newer versions of openssl know these two.
  case $details in
    *"${LINE}Subject Key Identifier: critical"* | *"${LINE}Authority Key Identifier: critical"*)
      warn_of critical_extension
      ;;
  esac
}
