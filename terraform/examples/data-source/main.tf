# tf-helper without the module: checked and normalized settings for whatever the template does with them.

terraform {
  required_version = ">= 1.9"

  required_providers {
    external = {
      source  = "hashicorp/external"
      version = ">= 2.3"
    }
  }
}

variable "agent_id" {
  description = "The id of the workspace's agent."
  type        = string
  default     = "3F2B8C1E-1111-4222-8333-444455556666"
}

variable "proxy_url" {
  description = "The URL of AI Bridge Proxy."
  type        = string
  default     = " HTTPS://AIProxy.Example.com:443/ "
}

variable "cert_path" {
  description = "Where the workspace keeps the proxy's CA certificate."
  type        = string
  default     = "/home/coder//.certs/ca.pem"
}

data "external" "aibridge_proxy" {
  program = ["tf-helper"]

  query = {
    agent_id  = var.agent_id
    proxy_url = var.proxy_url
    cert_path = var.cert_path
  }
}

output "proxy_url" {
  value = data.external.aibridge_proxy.result.proxy_url
}

output "cert_path" {
  value = data.external.aibridge_proxy.result.cert_path
}

output "client_env" {
  description = "Environment variables for tools, without those that hold the token."
  value       = jsondecode(data.external.aibridge_proxy.result.client_env)
}

output "warnings" {
  value = jsondecode(data.external.aibridge_proxy.result.warnings)
}
