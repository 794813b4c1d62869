# shellcheck shell=sh
# The startup script saves the CA certificate of Coder's AI Bridge Proxy in a workspace, a bundle of it with the system's
# roots and, if requested, a wrapper that runs a tool through the proxy. script.tf joins these parts in this order, behind
# single-quoted assignments (see the end of this part). What each leaves behind:
#   01-guard        a shell with a printf of its own, without the workspace's settings; PATH without relative directories
#   02-report       how everything ends: fail, warn, clean_up; what runs in the background or has a deadline
#   03-owners, 04-places: the current directory is one that only this user and root can change; the paths are free to use
#   05-files        a work directory there for unfinished files; the program that reads PEM
#   06-wrapper      the wrapper, in its place
#   07-download     what the deployment answers, in the work directory
#   08-answer       that answer in one word, and the sentence of a failure
#   09-certificate  a download that is a CA certificate in its dates
#   10-properties, 11-chain, 12-names: warnings of what tools refuse of it
#   13-save         both files, in their places
#   14-main         calls these in this order, and warns if the proxy does not respond
# script.tf puts check/environment.sh in front, and before 14-main check/01 to 05, which the wrapper's --check has as well,
# and check/warning.sh.
# It runs under dash, bash and busybox sh; busybox's applets are enough. No program gets the token as an argument.

# Without a printf of its own, a shell would call one, with the token as an argument.
if ! PATH=/nowhere printf '' >/dev/null 2>&1; then
  echo "AI Bridge Proxy setup failed: ${KSH_VERSION+mksh}${POSH_VERSION+posh} has no built-in printf: make sh dash or bash" >&2
  exit 1
fi

# Drop relative PATH entries: the script changes directory, and other users' programs could be found there.
absolute='' IFS=:
for entry in $PATH; do case $entry in /*) absolute=$absolute:$entry ;; esac; done
PATH=${absolute#:}
unset -v IFS FUNCNEST GAWK_PERSIST_FILE GAWK_READ_TIMEOUT GLOBIGNORE QUOTING_STYLE TIME_STYLE
umask 077

#   ACCESS_URL          the Coder deployment, without a trailing slash
#   SESSION_TOKEN       the workspace owner's token; may be empty if CA_CERT_PEM is not
#   CERT_PATH           where to save the proxy's CA certificate, followed by EXTRA_CA_CERTS_PEM
#   CA_BUNDLE_PATH      where to save the bundle: in the same directory
#   CA_CERT_PEM         the certificate, if it was given or fetched at plan; empty means download it
#   EXTRA_CA_CERTS_PEM  more certificates to trust; may be empty
#   WRAPPER_PATH        where to save WRAPPER, the text of the wrapper; empty means nowhere
#   CERTIFICATES_AWK    the program certificates.awk
#   CA_PROPERTIES       what tools refuse, from certificate_properties.json: a name and a sentence in each line
true "${ACCESS_URL?}" "${SESSION_TOKEN?}" "${CERT_PATH?}" "${CA_BUNDLE_PATH?}" "${CA_CERT_PEM?}" \
  "${EXTRA_CA_CERTS_PEM?}" "${WRAPPER_PATH?}" "${WRAPPER?}" "${CERTIFICATES_AWK?}" "${CA_PROPERTIES?}"
