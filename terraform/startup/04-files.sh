# shellcheck shell=sh
# Files in the current directory: which may be replaced, how they get there whole, and what PEM files contain.

GIANT_BLOCKS=32768 # of 512 bytes: 16 MiB, more than any file of this module

# Refuses to replace the file $1, in the current directory, if it is not a readable file of a size that ours have.
require_plain_file() {
  file=./${1##*/}
  if ! test -e "$file" && ! test -L "$file"; then return; fi
  if test -n "$shared"; then inspect_entry "$file"; fi
  refuse_if "$1 is a symbolic link: remove it or choose another $setting" test -L "$file"
  refuse_if "$1 is a directory: the $setting must be the path of a file" test -d "$file"
  refuse_if "$1 is not a regular file: choose another $setting" test ! -f "$file"
  if ! test -s "$file"; then return; fi
  refuse_if "$1 cannot be read: move it away or choose another $setting" test ! -r "$file"
  refuse_if "$1 is larger than 16 MiB: move it away or choose another $setting" \
    test -n "$(find "$file" -prune -size "+$GIANT_BLOCKS")"
}

# Refuses to replace other files than ours at both paths, as far as can be told without reading them.
# Sets: old_cert, old_bundle; they are /dev/null where there is nothing to look at
find_old_files() {
  require_plain_file "$CERT_PATH"
  require_plain_file "$CA_BUNDLE_PATH"
  old_cert=./${CERT_PATH##*/} old_bundle=./${CA_BUNDLE_PATH##*/}
  test -s "$old_cert" || old_cert=/dev/null
  test -s "$old_bundle" || old_bundle=/dev/null
}

# The same, and reads them.
inspect_certificate_files() {
  find_old_files
  if test "$old_cert$old_bundle" != /dev/null/dev/null; then read_pem '' ''; fi
}

require_certificates() {
  case $2/$3 in
    /dev/null/* | */ok) ;;
    */key) fail "$1 contains a private key: move it away or choose another $setting" ;;
    *) fail "$1 does not contain certificates: move it away or choose another $setting" ;;
  esac
}

# Runs certificates.awk on files, which also looks at the old ones. It writes to $1 and $2, where these are not empty.
# Only its standard output is read: a loader may complain on the other one.
# Sets: ca_is, ca_count, root_count, left_out
read_pem() {
  certs_to=$1 bundle_to=$2
  shift 2
  words=$(CERT_FILE=$certs_to BUNDLE_FILE=$bundle_to awk "$CERTIFICATES_AWK" role=look1 "$old_cert" \
    role=look2 "$old_bundle" "$@" 2>/dev/null)
  status=$?
  # shellcheck disable=SC2086 # six words
  set -- $words
  case $status/$# in
    0/6) ;;
    [23]/*) cannot_write ;;
    *) fail "awk failed (exit status $status), so nothing can be saved: check the free memory, and this awk" ;;
  esac
  require_certificates "$CERT_PATH" "$old_cert" "$1"
  require_certificates "$CA_BUNDLE_PATH" "$old_bundle" "$2"
  ca_is=$3 ca_count=$4 root_count=$5 left_out=$6
}

# Sets: work
make_work_directory() {
  remove_leftovers
  work=$(mktemp -d ./.aibridge-proxy.XXXXXX 2>/dev/null) || cannot_write
}

# Killed runs leave their work directories; no run takes an hour. In a subshell, because bash's failglob ends it.
remove_leftovers() (
  set +f
  for leftover in ./.aibridge-proxy.??????; do
    # shellcheck disable=SC3067 # not in POSIX, but in all three shells
    if test -O "$leftover"; then find "$leftover" -prune -type d -mmin +60 -exec rm -rf {} \; ; fi
  done
) 2>/dev/null

# Writes the text $2 to the file $1.
write() { printf '%s' "$2" 2>/dev/null >"$1" || cannot_write; }

# Moves files to the current directory, where each keeps its name. A directory of that name stays, and gets no file.
move_here() { mv -f "$@" . 2>/dev/null; }
