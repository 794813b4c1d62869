# Reads PEM files, as people have them, and writes certificates, each once, all in one form and with nothing around them.
# For mawk, gawk, the one true awk and busybox. A file has the role that is assigned before it (role=ca FILE):
#   look1, look2  files that the script may replace: only looked at
#   ca, extra     certificates to trust: go to the file $CERT_FILE, and come first in $BUNDLE_FILE
#   roots         the system's: go to $BUNDLE_FILE, without those of the numbers in `skip`, as counted in that file
# Prints a verdict (key, broken, ok or none) of look1, look2 and ca; how many certificates it wrote of ca, and of roots,
# counting those that ca or extra had before; how many blocks of roots it left out; and 1 if look2 contains the very
# certificates of $BUNDLE_FILE in their order, else 0.
# Exit status 3: a file does not contain what was written to it. busybox's awk does not notice a full disk.

# Records end at hyphens, so what is between two lines of hyphens is one record. `hyphens` counts those before it.
BEGIN {
  RS = "-"
  number_of_starts = split("Fws XCz cLM cLN cLO GA0 YDT gNM", time_starts, " ")
}
{
  if (FNR > 1) {
    hyphens++
  } else {
    end_file()
    file = role
  }
  if ($0 == "") next
  behind_label = label != "" || FNR == 1
  ten = hyphens == 10 # they are those of two labels
  if (label != "") {
    if (ten || hyphens == 5 && (label ~ /^END/ || /^[ \t\r\357\273\277\302\240]*\n/)) take(label)
    else take_malformed(label)
    label = text = ""
  }
  if (hyphens >= 5 && /^BEGIN [A-Z0-9 ]*PRIVATE KEY/) key[file] = 1
  if (/^(BEGIN|END) [^\n]+$/) {
    if (behind_label && ten || hyphens == 5 && is_on_own_line()) label = $0
    else if (hyphens > 1 && is_on_own_line()) take_malformed($0)
  }
  if (label == "") text = behind_label ? $0 : "-" $0 # a hyphen in a line is in no base64
  hyphens = 0
}
END {
  end_file()
  for (number in others) if (!(others[number] in heads)) left_out++
  RS = "\001" # which is in no PEM: a file is one record
  if (ENVIRON["CERT_FILE"] != "") save(ENVIRON["CERT_FILE"], ours)
  if (ENVIRON["BUNDLE_FILE"] != "") save(ENVIRON["BUNDLE_FILE"], ours + roots)
  print verdict("look1"), verdict("look2"), verdict("ca"), of_ca + 0, roots + shared + 0, left_out + 0, (!changed && number_of_old == ours + roots)
  exit unsaved ? 3 : 0
}

# Before a line, there may be blanks (those of word processors, too), and byte order marks where files were put together.
function is_on_own_line() { return substr(text, length(text) - 40) ~ /(^|\n)[ \t\r\357\273\277\302\240]*$/ }

function end_file() {
  if (label != "" && hyphens == 4) take(label) # the fifth one ends the file
  if (inside != "") count_broken()
  inside = label = text = ""
  hyphens = 0
}

# Takes the label of a line for the begin or the end of a block. `text` is what stands before the line.
function take(line,    name) {
  name = line
  sub(/^[A-Z]+ /, "", name)
  if (line ~ /^BEGIN/) {
    if (inside != "") count_broken()
    inside = name
  } else if (inside != "") {
    if (name == inside) end_block()
    else count_broken()
    inside = ""
  }
}

# Takes a label with something wrong on its line: what it begins or ends is a broken block.
function take_malformed(line) {
  if (line ~ /^(BEGIN|END) [A-Z0-9 ]*CERTIFICATE$/) take(substr(line, 1, index(line, " ")) "?")
}

function count_broken() {
  if (inside == "CERTIFICATE") broken[file] = 1
  if (file == "roots") left_out++
}

# A certificate is written if its DER is as long as it says, not more and not less. The base64 of the longest that der_bytes()
# can read has 87,388 characters; busybox's gsub takes a time that grows with the square of the length.
function end_block(    line_ends, bytes) {
  body = length(text) > 131072 ? "" : text
  line_ends = gsub(/\n/, "", body)
  if (!is_base64()) {
    gsub(/[ \t\r\357\273\277\302\240]/, "", body)
    line_ends = 0
    if (!is_base64()) body = ""
  }
  bytes = der_bytes()
  if (inside != "CERTIFICATE") {
    if (file == "roots") others[++number_of_others] = head(bytes)
  } else if (!bytes || bytes != length(body) / 4 * 3 - padding || file == "roots" && has_time_without_seconds()) {
    count_broken()
  } else {
    good[file] = 1
    heads[head(bytes)] = 1
    if (file == "look2") old[++number_of_old] = body
    if (file ~ /^look/) return
    if (body in seen) {
      if (file == "roots" && seen[body] != file) shared++
      return
    }
    seen[body] = file
    if (file != "roots") {
      ours++
      if (file == "ca") of_ca++
    } else if (index(skip, " " (ours + ++number_of_roots) " ")) {
      left_out++
      return
    } else {
      roots++
    }
    if (old[ours + roots] != body) changed = 1
    pem[ours + roots] = line_ends == int((length(body) + 63) / 64) + 1 ? substr(text, 2) : in_lines()
  }
}

# Sets `padding` to the number of = at the end.
function is_base64(    other) {
  other = match(body, /[^A-Za-z0-9+\/]/)
  padding = other ? length(body) - other + 1 : 0
  return length(body) % 4 == 0 && (!padding || substr(body, other) == substr("==", 1, padding))
}

# The base64 of whole groups of three bytes. An OpenSSL TRUSTED CERTIFICATE begins with the certificate that it is about.
function head(bytes) { return substr(body, 1, int(bytes / 3) * 4) }

# DER begins with its length: after 30 81 it is in one byte, after 30 82 in two. For example, MIIBpg== is 30 82 01 a6:
# 4 bytes, and 256 * 1 + 166 after them.
function der_bytes() {
  if (substr(body, 1, 1) != "M" || byte(0) != 48) return 0
  if (byte(1) == 129) return 3 + byte(2)
  return byte(1) == 130 ? 4 + 256 * byte(2) + byte(3) : 0
}

# The byte at an offset: its bits are in two characters of six bits each.
function byte(offset,    first) {
  first = int(offset * 8 / 6) + 1
  if (offset % 3 == 0) return sextet(first) * 4 + int(sextet(first + 1) / 16)
  if (offset % 3 == 1) return sextet(first) % 16 * 16 + int(sextet(first + 1) / 4)
  return sextet(first) % 4 * 64 + sextet(first + 1)
}

function sextet(position) {
  return index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", substr(body, position, 1)) - 1
}

# Looks for what a time without seconds can begin with in base64: a UTCTime of 11 bytes (17 0b) or a GeneralizedTime of
# 13 (18 0d), and a digit.
function has_time_without_seconds(    number, position, found) {
  # Quick and nearly always: two UTCTimes of 13 bytes (30 1e 17 0d).
  if (index(body, "MB4XD") || index(body, "AeFw0") || index(body, "wHhcN")) return 0
  for (number = 1; number <= number_of_starts; number++) {
    position = 0
    while (found = index(substr(body, position + 1), time_starts[number])) {
      position += found
      if (is_time_without_seconds(int((position - 1) * 6 / 8))) return 1
    }
  }
  return 0
}

function is_time_without_seconds(offset,    digits) {
  digits = byte(offset) == 23 ? 10 : byte(offset) == 24 ? 12 : 0
  if (!digits || byte(offset + 1) != digits + 1 || byte(offset + 2 + digits) != 90) return 0 # Z
  while (digits && byte(offset + 1 + digits) ~ /^(4[89]|5[0-7])$/) digits--
  return !digits
}

function in_lines(    position, lines) {
  for (position = 1; position <= length(body); position += 64) lines = lines substr(body, position, 64) "\n"
  return lines
}

function verdict(looked_at) {
  if (looked_at in key) return "key"
  if (looked_at in broken && looked_at !~ /^look/) return "broken"
  return looked_at in good ? "ok" : "none"
}

function save(name, last,    number, bytes, line) {
  printf "" >name
  for (number = 1; number <= last; number++) {
    printf "-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n", pem[number] >name
    bytes += length(pem[number]) + 54
  }
  close(name)
  while ((getline line <name) > 0) bytes -= length(line)
  close(name)
  if (bytes) unsaved = 1
}
