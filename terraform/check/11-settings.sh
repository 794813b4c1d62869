# shellcheck shell=sh
# Reads the settings of VS Code: JSON with comments and commas at the end, as tf_helper/doctor/setting_files.py reads it.

# Prints a line NAME=VALUE for each http setting in the file $1, if what is in there is an object. The last one of a name
# counts. Values other than a URL are in lower case, null is empty, and of an object or list there is the first character.
http_settings() {
  awk '
    function take(value) {
      if (depth != 1) return
      if (!colon) { name = value; return }
      if (!(name in values)) names[++count] = name
      values[name] = value
    }

    NR == 1 { sub(/^\357\273\277/, "") }
    length($0) > 65536 { exit }
    {
      for (rest = $0; rest != ""; rest = substr(rest, size + 1)) {
        size = 1
        first = substr(rest, 1, 1)
        if (comment) {
          size = index(rest, "*/")
          if (!size) next
          size++
          comment = 0
        } else if (rest ~ /^\/\//) next
        else if (rest ~ /^\/[*]/) { size = 2; comment = 1 }
        else if (first ~ /[ \t\r]/) continue
        else if (match(rest, /^"([^"\\]|\\.)*"/)) {
          size = RLENGTH
          text = substr(rest, 2, size - 2)
          gsub(/\\\//, "/", text)
          take(text)
        }
        else if (match(rest, /^[-+.0-9A-Za-z]+/)) { size = RLENGTH; text = substr(rest, 1, size); take(text == "null" ? "" : text) }
        else if (first ~ /[{[]/) { take(first); depth++ }
        else if (first ~ /[]}]/) { depth--; if (!depth) whole = 1 }
        else if (first == ":") { if (depth == 1) colon = 1 }
        else if (first == ",") { if (depth == 1) colon = 0 }
        else exit
      }
    }

    END {
      if (whole && !depth)
        for (i = 1; i <= count; i++) {
          name = names[i]
          if (name ~ /^http[.]/) print name "=" (name == "http.proxy" ? values[name] : tolower(values[name]))
        }
    }' <"$1" # as an argument, a=b would be an assignment
}
