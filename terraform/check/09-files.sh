# shellcheck shell=sh
# The certificate's files, which the startup script has saved.

# Sets: authority, to the first certificate in the file, which is the proxy's own; "" if there is none
find_authority() {
  authority=
  if test -f "$CERT_PATH" && test -r "$CERT_PATH"; then authority=$(first_certificate <"$CERT_PATH"); fi
}

# Prints the first certificate on its standard input, if it is whole.
first_certificate() {
  awk '/-----BEGIN CERTIFICATE-----/ { text = "" } { text = text $0 "\n" } /-----END CERTIFICATE-----/ { printf "%s", text; exit }'
}

check_files() {
  user=$(id -u)
  if check_file "$CERT_PATH" 'certificate on disk'; then
    if test -z "$authority"; then report certificate_invalid path "$CERT_PATH" reason 'contains no certificate'
    elif ! holds_authority "$CERT_PATH"; then
      report certificate_replaced path "$CERT_PATH" sha256 unknown
      find_authority # with which the bundle is compared
    fi
  fi
  if check_file "$CA_BUNDLE_PATH" 'bundle on disk'; then check_bundle; fi
}

# Reports what is wrong with the file $1 itself, under the title $2.
check_file() {
  file_step=$2
  if ! test -e "$1"; then
    report file_missing path "$1"
  elif test -d "$1"; then
    report file_is_something_else path "$1" kind 'a directory'
  elif ! test -f "$1"; then
    report file_is_something_else path "$1" kind 'not a regular file'
  elif ! test -r "$1"; then
    report file_unreadable path "$1" reason 'Permission denied'
  elif test -z "$(find -H "$1" -prune ! -user 0 ! -user "$user")"; then
    return 0
  elif test "$user" != 0; then
    report file_of_another_user path "$1"
  else
    report file_of_another_user_than_root path "$1"
    return 0
  fi
  return 1
}

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

# Sets: number, of certificates in the file $1
count_bodies() {
  number=$(bodies "$1" | awk 'END { print NR }')
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
  elif test "$total" -le "$ours"; then
    report bundle_lacks_roots path "$CA_BUNDLE_PATH"
  else
    report bundle_complete path "$CA_BUNDLE_PATH" total "$((total - ours))"
  fi
}
