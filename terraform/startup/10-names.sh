# shellcheck shell=sh
# What tools refuse of a CA certificate's subject, issuer and name constraints.

EMPTY=eea339da # openssl's hash of an empty name

# Looks at the hashes of the names, which stand one after the other in `head`, and at what verify has found.
warn_of_names() {
  issuer=${head#*"$NEWLINE"????????"$NEWLINE"}
  subject=${head%%"$NEWLINE$issuer"}
  subject=${subject##*"$NEWLINE"} issuer=${issuer%%"$NEWLINE"*}
  if test "$subject" = "$EMPTY"; then warn_of empty_subject; fi
  read_extension 'Subject Key Identifier' || warn_of_same_name
  case $chain in issuer) warn_of_missing_issuer ;; above) warn_of intermediate ;; esac
  if ! verify_found 7 0; then return; fi # a signature that does not verify
  if test "$subject" = "$issuer"; then warn_of self_signature; else warn_of intermediate; fi
}

# To openssl, a certificate is not the issuer if the authorityKeyIdentifier names another one, and not self-signed if its key
# cannot be read, or something else is wrong with it.
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

warn_of_same_name() {
  own=$(ask_openssl x509 -noout -subject_hash -pubkey 2>/dev/null)
  while read_certificate; do
    other=$(ask_openssl x509 -noout -subject_hash -pubkey 2>/dev/null)
    case $other in "$own") ;; "$subject$NEWLINE"*) warn_of same_name ;; esac
  done <"$new_cert"
}

# Looks at the lines of `extension`.
warn_of_name_constraints() {
  permitted='' excluded='' subtree=permitted
  IFS=$NEWLINE
  for line in $(printf '%s' "$extension" | sed y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/); do
    line=${line#"${line%%[! ]*}"}
    case $line in
      excluded:) subtree=excluded ;;
      dirname:*) warn_of directory_name ;;
      dns:.*) warn_of leading_dot ;;
    esac
    case $subtree/$line in
      permitted/dns:*) permitted=$permitted$NEWLINE$line ;;
      excluded/dns:*) excluded=$excluded$NEWLINE$line ;;
    esac
  done
  for line in $PROVIDER_HOSTS; do
    host=${line%%"$TAB"*}
    if { test -n "$permitted" && ! is_below "$permitted"; } || is_below "$excluded"; then warn_of excluded_hosts; fi
  done
  unset -v IFS
}

# Whether `host` is one of the names in the lines of $1, or below one. One that begins with a dot is for hosts below it only;
# every host is below an empty one.
is_below() {
  for name in $1; do
    name=${name#dns:} whole=$host
    case $name in [!.]*) name=.$name whole=.$host ;; esac
    case $whole in *"$name") return ;; esac
  done
  return 1
}
