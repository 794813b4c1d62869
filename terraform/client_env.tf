# The names of the variables in `env`. A template that picks one (module.aibridge_proxy.env["NO_PROXY"]) must be able to
# stop, when the helper does not run, and for_each over the names must work while their values are unknown. A test compares
# these lists with tf-helper's table (tests/module/test_module.py).

locals {
  # Their value is proxy_auth_url.
  proxy_env_names = ["HTTPS_PROXY", "https_proxy"]

  # Their value is the session token, with coder_token_as_api_key.
  api_key_env_names = ["ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "CODEX_API_KEY"]

  # Their values come from tf-helper.
  client_env_names = [
    "NO_PROXY",
    "no_proxy",
    "NODE_USE_ENV_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
    "DENO_NO_UPDATE_CHECK",
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
