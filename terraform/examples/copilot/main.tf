# GitHub Copilot CLI behind AI Bridge Proxy, by the module coder-labs/copilot, version 0.4. It sets the proxy for Copilot's
# own process and waits for the startup script of the module aibridge_proxy.

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

# The certificate's path becomes NODE_EXTRA_CA_CERTS. ca_bundle_path rather than cert_path, because that variable has one
# value: if the image already names the system's roots there, the bundle still contains them.
module "copilot" {
  source                   = "registry.coder.com/coder-labs/copilot/coder"
  version                  = "~> 0.4.1"
  agent_id                 = coder_agent.main.id
  workdir                  = "/home/coder"
  enable_aibridge_proxy    = true
  aibridge_proxy_auth_url  = module.aibridge_proxy.proxy_auth_url
  aibridge_proxy_cert_path = module.aibridge_proxy.ca_bundle_path
}
