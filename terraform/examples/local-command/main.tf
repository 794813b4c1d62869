# tf-helper behind data "local_command": real JSON types go in, and a refusal can be handled.

terraform {
  required_version = ">= 1.9"

  required_providers {
    local = {
      source  = "hashicorp/local"
      version = ">= 2.6"
    }
  }
}

variable "proxy_url" {
  description = "The URL of AI Bridge Proxy."
  type        = string
  default     = " HTTPS://AIProxy.Example.com:443/ "
}

variable "access_url" {
  description = "The URL of the Coder deployment; null leaves it out."
  type        = string
  default     = null
}

variable "fetch_ca_cert" {
  description = "Whether tf-helper downloads the proxy's CA certificate; needs access_url."
  type        = bool
  default     = false
}

data "local_command" "aibridge_proxy" {
  command = "tf-helper"

  stdin = jsonencode({
    proxy_url     = var.proxy_url
    access_url    = var.access_url
    fetch_ca_cert = var.fetch_ca_cert
  })
}

locals {
  settings = jsondecode(data.local_command.aibridge_proxy.stdout)
}

output "proxy_url" {
  value = local.settings.proxy_url
}

output "client_env" {
  description = "Environment variables for tools, without those that hold the token."
  value       = jsondecode(local.settings.client_env)
}

output "ca_cert_sha256" {
  description = "The fingerprint of the proxy's CA certificate; empty where it is not known at plan."
  value       = local.settings.ca_cert_sha256
}

output "warnings" {
  value = jsondecode(local.settings.warnings)
}
