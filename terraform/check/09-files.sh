# shellcheck shell=sh
# The certificate's files, which the startup script has saved, and what is wrong with one as a file.

# Sets: authority, to the first certificate in the file, which is the proxy's own; "" if there is none, and then why_not
find_authority() {
  authority='' why_not='contains no certificate'
  if test -f "$CERT_PATH" && test -r "$CERT_PATH"; then authority=$(first_certificate <"$CERT_PATH"); fi
}

# Prints the first certificate on its standard input, if it is whole.
first_certificate() {
  awk '/-----BEGIN CERTIFICATE-----/ { text = "" } { text = text $0 "\n" } /-----END CERTIFICATE-----/ { printf "%s", text; exit }'
}

check_files() {
  user=$(id -u)
  if check_file "$CERT_PATH" 'certificate on disk'; then
    if test -z "$authority"; then report certificate_invalid path "$CERT_PATH" reason "$why_not"
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
