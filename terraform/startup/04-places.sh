# shellcheck shell=sh
# Where files may be saved: in a directory that no other user owns or can replace, and not over files of another kind.

GIANT_BLOCKS=32768 # of 512 bytes: 16 MiB, more than any file of this module

# Goes to the directory of the file $1, which the setting $2 names. With $3 = make, creates what is missing of it;
# otherwise returns 1 there. From / on, each step enters one directory, or goes on with the target of a link, so that
# the system follows none. Only the owners of an entry and of its directory can replace it, and at the end all that are
# above the current directory have been inspected.
# Sets: directory, setting; and what inspect_ancestors sets
enter_directory_of() {
  directory=${1%/*} setting=$2 rest=${1%/*}/
  cd -P / || cannot_write
  while test -n "$rest"; do
    name=${rest%%/*} rest=${rest#*/}
    if test -z "$name" || test "$name" = .; then
      continue
    elif test -L "./$name"; then
      follow_link "./$name"
    else
      if ! test -e "./$name"; then
        inspect_ancestors
        if test "${3-}" != make; then return 1; fi
        mkdir -m 0755 "./$name" 2>/dev/null
      fi
      here=${PWD%/}/$name
      if test "$name" = ..; then here=${PWD%/*}; fi
      cd -P "./$name" 2>/dev/null || cannot_write
      refuse_if "$here has just been replaced: choose another $setting" test "${PWD%/}" != "$here"
    fi
  done
  inspect_ancestors
  refuse_if "everyone can write to $open: set its sticky bit (chmod +t), or choose another $setting" test -n "$open"
}

# Sets: rest
follow_link() {
  inspect_ancestors
  if test -n "$open"; then warn_of_open "$open"; fi
  inspect_entry "$1"
  test -e "$1" || cannot_write # a loop, or a link to nothing
  rest=$(readlink "$1")/$rest || cannot_write
  case $rest in /*) cd -P / || cannot_write ;; esac
}

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
}

# $1 and $2 are files in the current directory; /dev/null is none.
require_size() {
  giant=$(find "$@" -prune -size "+$GIANT_BLOCKS")
  refuse_if "${PWD%/}/${giant#./} is larger than 16 MiB: move it away or choose another $setting" test -n "$giant"
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

# Returns 1 if there are no old files to read.
inspect_certificate_files() {
  find_old_files
  if test "$old_cert$old_bundle" = /dev/null/dev/null; then return 1; fi
  require_size "$old_cert" "$old_bundle"
}

require_certificates() {
  case $2/$3 in
    /dev/null/* | */ok) ;;
    */key) fail "$1 contains a private key: move it away or choose another $setting" ;;
    *) fail "$1 does not contain certificates: move it away or choose another $setting" ;;
  esac
}
