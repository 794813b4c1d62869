output "proxy_auth_url" {
  description = "The proxy's URL with the user's Coder token in it, for HTTPS_PROXY of a tool's own process."
  value       = local.proxy_auth_url
  sensitive   = true
}

output "cert_path" {
  description = "The path of the proxy's CA certificate, for clients that add it to their trust store (NODE_EXTRA_CA_CERTS)."
  value       = local.settings.cert_path
}

output "ca_bundle_path" {
  description = "The path of the system's roots and the proxy's CA certificate in one file, for clients whose trust store it replaces (SSL_CERT_FILE, REQUESTS_CA_BUNDLE)."
  value       = local.settings.ca_bundle_path
}

output "proxy_url" {
  description = "The proxy's URL, normalised, without the token."
  value       = local.settings.proxy_url
}

output "env" {
  description = "The environment variables that make a tool use the proxy and trust its certificate, for the tool's own process. When the workspace stops, the names are the same and most values are \"\"."
  value       = tomap(local.client_env)
  sensitive   = true
}

output "ca_cert" {
  description = "The CA certificate, where it is known at plan: SHA-256 fingerprint, subject, and end of validity. All \"\" where the workspace downloads it."
  value = {
    sha256    = local.settings.ca_cert_sha256
    subject   = local.settings.ca_cert_subject
    not_after = local.settings.ca_cert_not_after
  }
}

output "sync_unit" {
  description = "The unit of `coder exp sync` that dependent scripts wait for."
  value       = local.sync_unit
}

output "warnings" {
  description = "What is probably wrong with the settings, though they are valid."
  value       = local.warnings
}

output "scripts" {
  description = "`[sync_unit]`, under the name that modules in Coder's registry use."
  value       = [local.sync_unit]
}
