# GitHub Copilot CLI behind AI Bridge Proxy, by the module coder-labs/copilot, version 1.0. Unlike 0.4, it sets the proxy
# for the whole workspace: every process gets HTTPS_PROXY, with the user's Coder token, and NODE_EXTRA_CA_CERTS, but none
# of the variables by which other tools than Node.js trust the proxy's certificate.

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

# ca_bundle_path rather than cert_path: it replaces an image's own NODE_EXTRA_CA_CERTS, and contains the system's roots too.
module "copilot" {
  source               = "registry.coder.com/coder-labs/copilot/coder"
  version              = "~> 1.0"
  agent_id             = coder_agent.main.id
  workdir              = "/home/coder"
  enable_ai_gateway    = true
  ai_gateway_auth_url  = module.aibridge_proxy.proxy_auth_url
  ai_gateway_cert_path = module.aibridge_proxy.ca_bundle_path
}
