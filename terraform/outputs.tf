output "proxy_auth_url" {
  description = "URL of the proxy with the user's Coder token, for `HTTPS_PROXY` of a tool's own process."
  value       = local.proxy_auth_url
  sensitive   = true
}

output "proxy_url" {
  description = "URL of the proxy, normalized, without the token."
  value       = local.settings.proxy_url
}

output "cert_path" {
  description = "Path of the proxy's CA certificate, followed in the same file by `extra_ca_certs_pem`."
  value       = local.settings.cert_path
}

output "ca_bundle_path" {
  description = "Path of the bundle: the system's roots and the certificates of `cert_path` in one file. Use it for any variable that names trusted certificates, `NODE_EXTRA_CA_CERTS` included."
  value       = local.settings.ca_bundle_path
}

output "env" {
  description = "Environment variables that make a tool use the proxy and trust its certificate, for the tool's own process."
  value       = tomap(local.client_env)
  sensitive   = true
}

output "wrapper_path" {
  description = "Path of the command that runs another one with `env`, normalized; `null` if the input is not set."
  value       = nonsensitive(local.wrapper_path == "") ? null : local.settings.wrapper_path
}

output "ca_cert" {
  description = "SHA-256 fingerprint, subject and end of validity of the CA certificate if it is known at plan; all `\"\"` if the workspace downloads it."
  value = {
    sha256    = local.settings.ca_cert_sha256
    subject   = local.settings.ca_cert_subject
    not_after = local.settings.ca_cert_not_after
  }
}

output "sync_unit" {
  description = "Unit of `coder exp sync` that dependent scripts wait for."
  value       = local.sync_unit
}

output "scripts" {
  description = "`[sync_unit]`, under the name that modules in Coder's registry use."
  value       = [local.sync_unit]
}

output "warnings" {
  description = "Settings that are valid but probably wrong, a sentence each."
  value       = local.warnings
}
