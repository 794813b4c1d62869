# shellcheck shell=sh
# Saves both files: the certificate, and the bundle of it with the system's roots.

# The order of the bundle: some tools keep only what stands before a block that they cannot read.
read_all() {
  read_pem "$new_cert" "$new_bundle" "skip=$1" role=ca "$ca" role=extra "$extra" role=roots "$roots"
}

# Reads all certificates and writes both files, still in the work directory. $named says where the CA certificate came from.
write_files() {
  find_old_files
  read_all ''
  case $ca_is in
    ok) ;;
    key) fail "$named contains a private key: replace the key, which is no longer secret" ;;
    *) fail "$named is incomplete or not PEM: check where it comes from" ;;
  esac
}

# Leaves out what AI tools would choke on, of the system's roots. If the bundle of the last run is the same, that run has
# found nothing in it.
leave_out_unreadable() {
  if test "$unchanged" = 1; then return; fi
  find_unreadable "$new_bundle"
  if test -n "$unreadable"; then
    read_all "$unreadable"
  fi
}

# Finds what openssl cannot read in the bundle $1. Nearly always, one call shows that it can read everything; without a
# provider, openssl 3 does not try to use the keys. Otherwise verify, which gets each certificate as a file, names those that
# it could read.
# Sets: unreadable, to numbers of certificates with blanks around them
find_unreadable() {
  unreadable='' readable=''
  # Not for both at once: what a trap says in a group that is redirected would go there, too.
  if openssl crl2pkcs7 -nocrl -provider null -certfile "$1" -outform DER -out /dev/null 2>/dev/null ||
    openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null 2>/dev/null; then return; fi
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
  if test -z "$readable"; then unreadable=; fi # openssl itself does not work
}

warn_of_roots() {
  if test "$root_count" = 0; then warn "no system roots found: $CA_BUNDLE_PATH does not contain them"; fi
  case $left_out in
    0) ;;
    1) warn "skipped 1 block of $roots that is not a certificate for all tools" ;;
    *) warn "skipped $left_out blocks of $roots that are not certificates for all tools" ;;
  esac
}

# Both files are complete before the first is renamed. If the second cannot be, the first is put back.
save() {
  bundle=./${CA_BUNDLE_PATH##*/}
  chmod 0644 "$new_cert" "$new_bundle" 2>/dev/null || cannot_write # a default ACL can take the place of the umask
  if test -e "$bundle"; then cp -p "$bundle" "$new_cert.previous" 2>/dev/null || cannot_write; fi
  trap '' HUP INT TERM # not between the two
  if move_here "$new_bundle" && move_here "$new_cert"; then return; fi # one mv would go on after a failure
  if ! test -e "$new_bundle"; then
    mv -f "$new_cert.previous" "$bundle" 2>/dev/null || rm -f "$bundle"
  fi
  cannot_write
}
