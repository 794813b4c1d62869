# shellcheck shell=sh
# Saves the wrapper, whole or not at all, and readable for its user alone from the beginning.

save_wrapper() {
  enter_directory_of "$WRAPPER_PATH" wrapper_path make
  require_plain_file "$WRAPPER_PATH"
  if test -s "$file"; then
    require_size "$file"
    { read -r _ 2>/dev/null && IFS= read -r marker 2>/dev/null; } <"$file"
    case $WRAPPER in
      "#!/bin/sh$NEWLINE${marker-}$NEWLINE"*) ;;
      *) fail "$WRAPPER_PATH is not a wrapper of this module: move it away or choose another $setting" ;;
    esac
  fi
  choose_interpreter
  make_work_directory
  new_wrapper=$work/${WRAPPER_PATH##*/}
  write "$new_wrapper" "$WRAPPER"
  { chmod 0700 "$new_wrapper" && move_here "$new_wrapper"; } || cannot_write
  rm -rf "$work"
  work=
  "$file" </dev/null >/dev/null 2>&1
  if test "$?" != 2; then
    warn "$WRAPPER_PATH cannot be executed, probably because of a noexec mount: use sh $WRAPPER_PATH"
  fi
}

# Other shells drop variables whose names are not identifiers. With -p, bash takes no functions and options from outside.
# Sets: WRAPPER
choose_interpreter() {
  bash=$(command -v bash)
  case $bash in
    '' | [!/]* | *[!A-Za-z0-9/._-]*) ;;
    *) WRAPPER="#!$bash -p${WRAPPER#"#!/bin/sh"}" ;;
  esac
}
