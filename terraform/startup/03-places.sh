# shellcheck shell=sh
# Where files may be saved: nobody else can own, or exchange, the directory that they end up in.

user= # its number, once it is needed

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
    if test -z "$name"; then
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
      cd -P "./$name" 2>/dev/null || cannot_write
      refuse_if "$here has just been replaced: choose another $setting" test "$PWD" != "$here"
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

# Refuses the current directory if it, or one above it, belongs to another user.
# Sets: open, to the current directory if everyone can replace its entries; shared, if everyone can add some
inspect_ancestors() {
  here=${PWD%/}
  above=$here up=..
  set -- .
  while test -n "$above"; do
    above=${above%/*}
    set -- "$@" "$up"
    up=$up/..
  done
  listing=$(ls -ldn "$@" 2>/dev/null) || cannot_write
  open='' shared=''
  # shellcheck disable=SC2086 # nine words for each directory, and there is no globbing
  set -- $listing
  while test "$#" -ge 9; do
    require_owner "$3" "$here/"
    case $9/$1 in
      ./d???????w[tT]*) shared=yes ;;
      ./d???????w*) open=$here/ shared=yes ;;
      */d???????w[!tT]*) warn_of_open "$here/" ;;
    esac
    here=${here%/*}
    shift 9
  done
}

warn_of_open() { warn "anyone could replace $directory: everyone can write to $1 (chmod +t prevents that)"; }

# Refuses an entry of the current directory if it belongs to another user.
inspect_entry() {
  listing=$(ls -ldn "$1" 2>/dev/null) || cannot_write
  # shellcheck disable=SC2086 # mode, links and owner come before a name of any kind
  set -- "${PWD%/}/${1#./}" $listing
  require_owner "$4" "$1"
}

# Refuses the entry $2 if the user $1 is neither root nor this one.
require_owner() {
  if test "$1" = 0; then return; fi
  test -n "$user" || user=$(id -u)
  if test "$1" = "$user"; then return; fi
  if ! is_overflow_user "$1"; then fail "$2 belongs to another user (uid $1): choose a $setting in your own directory"; fi
  warn "directories of uid $1, to which this user namespace maps all unknown users, count as root's"
}

# In a user namespace that does not map all users, root's directories can appear as those of the overflow user.
is_overflow_user() {
  read -r _ _ count 2>/dev/null </proc/self/uid_map && test "$count" != 4294967295 &&
    test "$1" = "$(sed '' /proc/sys/kernel/overflowuid)" # read gets only its first digit in dash and busybox
}
