# shellcheck shell=sh
# The certificate's files, which the startup script has saved.

# Sets: authority, to the first certificate, which is the proxy's own; "" if there is none
check_files() {
  authority='' user=$(id -u)
  if check_file "$CERT_PATH" 'certificate on disk'; then
    authority=$(first_certificate)
    case $authority in
      *'-----BEGIN CERTIFICATE-----'*'-----END CERTIFICATE-----'*) ;;
      *) authority='' && report certificate_invalid path "$CERT_PATH" reason 'contains no certificate' ;;
    esac
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

check_bundle() {
  if test -z "$authority"; then set -- "$CA_BUNDLE_PATH"; else set -- "$CERT_PATH" "$CA_BUNDLE_PATH"; fi
  # shellcheck disable=SC2016 # a program of awk's
  counts=$(awk -v count="$#" '
    FNR == 1 { file++ }
    /-----BEGIN CERTIFICATE-----/ { body = ""; next }
    { gsub(/[ \t\r]/, "") }
    !/^-----END/ { body = body $0; next }
    file < count { if (!saved++) first = body; ours[body] = 1; next }
    { all++; if (body in ours) found = found || body == first; else roots++ }
    END { print all + 0, roots + 0, found + 0 }' "$@")
  case $#$counts in
    ?'0 '*) report bundle_invalid path "$CA_BUNDLE_PATH" ;;
    1*) ;; # nothing to compare it with
    *\ 0) report bundle_lacks_ca path "$CA_BUNDLE_PATH" ;;
    *\ 0\ 1) report bundle_lacks_roots path "$CA_BUNDLE_PATH" ;;
    *)
      counts=${counts#* }
      report bundle_complete path "$CA_BUNDLE_PATH" total "${counts% *}"
      ;;
  esac
}
