# shellcheck shell=sh
# What tools refuse of a CA certificate's name and name constraints.

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
