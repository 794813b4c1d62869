# The template orders the scripts, and the tool's module waits for nothing. This needs Coder 2.39 or newer; older ones
# start all scripts at once.

terraform {
  required_version = ">= 1.9"

  required_providers {
    coder = {
      source  = "coder/coder"
      version = ">= 2.20"
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

variable "command" {
  description = "What the tool runs."
  type        = string
  default     = "curl --silent --show-error https://api.anthropic.com/"
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

module "tool" {
  source   = "../tool-module/tool"
  agent_id = coder_agent.main.id
  command  = var.command
  env      = module.aibridge_proxy.env
}

# Without `requires` the tool is skipped if the certificate could not be saved.
data "coder_script_order" "tools" {
  rule {
    run   = ["module.tool"]
    after = ["module.aibridge_proxy"]
  }
}
