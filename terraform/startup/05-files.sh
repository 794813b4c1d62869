# shellcheck shell=sh
# How files get into the current directory whole, and what PEM files contain.

# Runs certificates.awk on files, which also looks at the old ones. It writes to $1 and $2, where these are not empty.
# Only its standard output is read: a loader may complain on the other one.
# Sets: ca_is, ca_count, root_count, left_out, unchanged
read_pem() {
  certs_to=$1 bundle_to=$2
  shift 2
  words=$(CERT_FILE=$certs_to BUNDLE_FILE=$bundle_to awk "$CERTIFICATES_AWK" role=look1 "$old_cert" \
    role=look2 "$old_bundle" "$@" 2>/dev/null)
  status=$?
  # shellcheck disable=SC2086 # seven words
  set -- $words
  case $status/$# in
    0/7) is_number "$4" || fail "awk prints no number: check this awk" ;;
    [23]/*) cannot_write ;;
    *) fail "awk failed (exit status $status), so nothing can be saved: check the free memory, and this awk" ;;
  esac
  require_certificates "$CERT_PATH" "$old_cert" "$1"
  require_certificates "$CA_BUNDLE_PATH" "$old_bundle" "$2"
  ca_is=$3 ca_count=$4 root_count=$5 left_out=$6 unchanged=$7
}

# Sets: work
make_work_directory() {
  remove_leftovers
  work=$(mktemp -d ./.aibridge-proxy.XXXXXX 2>/dev/null) || cannot_write
  case $work in ./.aibridge-proxy.??????) ;; *) cannot_write ;; esac
}

# Removes the work directories of killed runs: no run takes an hour. In a subshell, which bash's failglob may end.
remove_leftovers() (
  set +f
  for leftover in ./.aibridge-proxy.??????; do
    # shellcheck disable=SC3067 # not in POSIX, but in all three shells
    if test -O "$leftover"; then find "$leftover" -prune -type d -mmin +60 -exec rm -rf {} \; ; fi
  done
) 2>/dev/null

# Writes the text $2 to the file $1.
write() { printf '%s' "$2" 2>/dev/null >"$1" || cannot_write; }

# Moves a file to the current directory, where it keeps its name. A directory of that name stays, and gets no file.
move_here() { mv -f "$1" . 2>/dev/null; }
