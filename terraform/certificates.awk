# Prints the certificates of PEM files, each once, all in one form and with nothing around them; on standard error the
# number of blocks that it leaves out. Exit status: 3 for a private key, 4 for an incomplete certificate, 5 for none at
# all. A part of the startup script (script.tf), for mawk, gawk, the one true awk and busybox.

function sextet(i) {
  return index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", substr(body, i, 1)) - 1
}
# A certificate is one DER sequence (MI in base64), whose head says how long it is.
function finish_block(    bytes, form, announced, i) {
  gsub(/[ \t\r]/, "", body)
  bytes = length(body) / 4 * 3 - (body ~ /=$/) - (body ~ /==$/)
  form = int(sextet(3) / 4) # in how many bytes the length is written
  announced = sextet(3) % 4 * 64 + sextet(4)
  if (form == 2) announced = announced * 256 + sextet(5) * 4 + int(sextet(6) / 16)
  if (body !~ /^MI[A-Za-z0-9+\/]+=?=?$/ || length(body) % 4 || form !~ /^[12]$/ || bytes < 2 + form + announced) {
    broken++
  } else if (!(body in seen)) {
    seen[body] = 1
    print "-----BEGIN CERTIFICATE-----"
    for (i = 1; i <= length(body); i += 64) print substr(body, i, 64)
    print "-----END CERTIFICATE-----"
  }
}
FNR == 1 { sub(/^\357\273\277/, "") }
inside && !/-/ { body = body $0; next } # nearly all lines
{
  gsub(/-----[ \t]*-----BEGIN /, "-----\n-----BEGIN ") # two blocks on one line
  count = split($0, lines, "\n")
  for (n = 1; n <= count; n++) {
    line = lines[n]
    gsub(/^[ \t]+|[ \t\r]+$/, "", line)
    if (line ~ /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/) key = 1
    if (line == "-----END CERTIFICATE-----" && inside) { finish_block(); inside = 0 }
    else if (line ~ /^-----BEGIN [^-]+-----$/) {
      broken += inside
      inside = line == "-----BEGIN CERTIFICATE-----"
      found += inside
      others += !inside
      body = ""
    } else if (inside) body = body line
  }
}
END {
  broken += inside
  if (others + broken) print others + broken >"/dev/stderr"
  exit key ? 3 : broken ? 4 : found ? 0 : 5
}
