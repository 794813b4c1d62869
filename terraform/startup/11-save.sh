# shellcheck shell=sh
# Saves both files: the certificate, and the bundle of it with the system's roots.

find_roots() {
  for roots in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
    /etc/ssl/cert.pem /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/certs/ca-bundle.crt \
    /etc/pki/tls/cacert.pem; do
    if test -f "$roots" && test -r "$roots" && test -s "$roots"; then return; fi
  done
  roots=/dev/null
}

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
  if move_here "$new_bundle" "$new_cert"; then return; fi
  if ! test -e "$new_bundle"; then
    mv -f "$new_cert.previous" "$bundle" 2>/dev/null || rm -f "$bundle"
  fi
  cannot_write
}
