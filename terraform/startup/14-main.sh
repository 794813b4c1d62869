# shellcheck shell=sh
# Calls what the parts before this one define.

main() {
  trap '' PIPE XFSZ # closed output and files over the size limit are failed writes
  trap clean_up EXIT
  trap 'fail "stopped by a signal: restart the workspace"' HUP INT TERM
  if command -v coder >/dev/null; then
    sync_started=yes
    with_timeout "$SYNC_SECONDS" coder exp sync start aibridge-proxy-setup
  fi
  check_programs
  if test -n "$WRAPPER_PATH"; then
    # All places are checked before anything is written.
    if enter_directory_of "$CERT_PATH" cert_path && inspect_certificate_files; then read_pem '' ''; fi
    save_wrapper
  fi
  enter_directory_of "$CERT_PATH" cert_path make
  inspect_certificate_files
  make_work_directory
  find_roots
  new_cert=$work/${CERT_PATH##*/} new_bundle=$work/${CA_BUNDLE_PATH##*/}
  ca=$new_cert.ca extra=$new_cert.extra
  write "$extra" "$EXTRA_CA_CERTS_PEM"
  if test -n "$CA_CERT_PEM"; then
    write "$ca" "$CA_CERT_PEM"
    named=ca_cert_pem
    write_files
  else
    download "$ca"
    require_answer "$ca"
    named="the CA certificate from $ACCESS_URL"
    write_files
  fi
  if command -v openssl >/dev/null; then
    leave_out_unreadable
    if test -z "$CA_CERT_PEM"; then require_ca_certificates "$ca_count" "$new_cert"; fi
  fi
  warn_of_roots
  save
  printf 'AI Bridge Proxy CA certificate saved to %s\n' "$CERT_PATH" 2>/dev/null || true # the reader may be gone
  complete_unit
  trap 'exit 0' HUP INT TERM # all is done, and what follows takes a while
  warn_of_proxy || true # the log may be closed
}

main
