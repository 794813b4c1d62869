# shellcheck shell=sh
# Who owns directories, links and files, and can change them.

user= # its number, once it is needed

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
