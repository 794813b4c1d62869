# A template whose workspace reaches AI providers through AI Bridge Proxy.

terraform {
  required_version = ">= 1.9"

  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.12"
    }
  }
}

variable "proxy_url" {
  description = "The URL of AI Bridge Proxy."
  type        = string
  default     = "http://aiproxy.example.com:8888"
}

variable "cert_path" {
  description = "Where the workspace keeps the proxy's CA certificate."
  type        = string
  default     = "/tmp/aibridge-proxy/ca-cert.pem"
}

resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}

module "aibridge_proxy" {
  source    = "../.."
  agent_id  = coder_agent.main.id
  proxy_url = var.proxy_url
  cert_path = var.cert_path
}

# Modules for single tools take these; they belong in the environment of the tool's own process, never into the
# workspace's.
output "env" {
  value     = module.aibridge_proxy.env
  sensitive = true
}

output "proxy_auth_url" {
  value     = module.aibridge_proxy.proxy_auth_url
  sensitive = true
}

output "cert_path" {
  value = module.aibridge_proxy.cert_path
}

output "ca_bundle_path" {
  value = module.aibridge_proxy.ca_bundle_path
}
