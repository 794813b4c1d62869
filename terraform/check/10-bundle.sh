# shellcheck shell=sh
# Whether the bundle has the certificate, and the system's roots.

# Prints for the certificates in the files: a line with the base64 of each, without white space.
bodies() {
  awk '{ gsub(/[ \t\r]/, "") }
    /-----BEGINCERTIFICATE-----/ { body = ""; next }
    /-----ENDCERTIFICATE-----/ { print body }
    { body = body $0 }' "$@"
}

holds_authority() {
  case $NEWLINE$(bodies "$1")$NEWLINE in
    *"$NEWLINE$(printf '%s\n' "$authority" | bodies)$NEWLINE"*) ;;
    *) return 1 ;;
  esac
}

# Sets: number, of different certificates in the files
count_bodies() {
  number=$(bodies "$@" | awk '!seen[$0]++ { number++ } END { print number + 0 }')
  if ! is_number "$number"; then number=0; fi
}

check_bundle() {
  ours=0
  if test -n "$authority"; then count_bodies "$CERT_PATH" && ours=$number; fi
  count_bodies "$CA_BUNDLE_PATH"
  total=$number
  if test "$total" = 0; then
    report bundle_invalid path "$CA_BUNDLE_PATH"
  elif test -z "$authority"; then
    return # there is nothing to compare it with
  elif ! holds_authority "$CA_BUNDLE_PATH"; then
    report bundle_lacks_ca path "$CA_BUNDLE_PATH"
  elif find_roots && test "$roots" = /dev/null; then
    report bundle_without_system path "$CA_BUNDLE_PATH"
  elif count_roots && test "$number" = 0; then
    report bundle_lacks_roots path "$CA_BUNDLE_PATH"
  else
    report bundle_complete path "$CA_BUNDLE_PATH" total "$number"
  fi
}

# A root of the system's can be among ours, too.
# Sets: number, of the system's roots in the bundle
count_roots() {
  number=$((total - ours))
  if test "$number" -gt 0; then return; fi
  count_bodies "$roots" && stored=$number
  count_bodies "$roots" "$CA_BUNDLE_PATH"
  number=$((total + stored - number))
}
