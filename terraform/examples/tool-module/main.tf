# A template with a tool behind AI Bridge Proxy. The tool's module runs it with the proxy's variables in its own process,
# once the certificate is in place.

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

# A module that takes the whole map supports tools of all kinds, including those that the map supports later.
module "tool" {
  source   = "./tool"
  agent_id = coder_agent.main.id
  command  = var.command
  env      = module.aibridge_proxy.env
  wait_for = module.aibridge_proxy.sync_unit
}
