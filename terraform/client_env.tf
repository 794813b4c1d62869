# What only tf-helper knows, and what a template may rely on all the same when a workspace stops.

locals {
  # The variables in tf-helper's client_env. A template that picks one (module.aibridge_proxy.env["NO_PROXY"]) must be able
  # to stop, when the helper does not run. tests/module/test_env.py compares this list with the helper's.
  client_env_names = [
    "NO_PROXY",
    "no_proxy",
    "NODE_USE_ENV_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
    "CODEX_CA_CERTIFICATE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "GIT_PROXY_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "AWS_CA_BUNDLE",
  ]
}
