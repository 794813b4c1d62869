# shellcheck shell=sh
# What the workspace sets for shells, curl and other programs: nothing of it is for the startup script and the wrapper's
# --check, which both begin with this. script.tf has taken away functions with the names of special builtins.

set -fu +C +e
# shellcheck disable=SC3028,SC3040 # only some shells know this option
case ${SHELLOPTS-} in *pipefail*) ! (set +o pipefail) 2>/dev/null || set +o pipefail ;; esac
# Bash imports functions, and before 5.1 cannot unset those named [ or :, so these files use neither.
unset -f cd command echo kill printf read test true ulimit umask wait
unset -f awk chmod coder cp curl date find id ls mkdir mktemp mv openssl readlink rm sed sleep timeout
unset -v ALL_PROXY CURL_CA_BUNDLE CURL_HOME CURL_SSL_BACKEND HOSTALIASES HTTPS_PROXY HTTP_PROXY LOCALDOMAIN NO_PROXY \
  OPENSSL_CONF RES_OPTIONS SSLKEYLOGFILE SSL_CERT_DIR SSL_CERT_FILE all_proxy http_proxy https_proxy no_proxy
export LC_ALL=C
