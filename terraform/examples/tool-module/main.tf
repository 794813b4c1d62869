# A template with two tools behind AI Bridge Proxy. Each runs with the proxy's variables in its own process, after the
# certificate is there.

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
  description = "What the first tool runs."
  type        = string
  default     = "curl --silent --show-error https://api.anthropic.com/"
}

variable "copilot_command" {
  description = "What the second tool runs."
  type        = string
  default     = "copilot --version"
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

# A module that takes the whole map works with clients of all kinds, and with those that the map learns later.
module "tool" {
  source   = "./tool"
  agent_id = coder_agent.main.id
  command  = var.command
  env      = module.aibridge_proxy.env
  wait_for = module.aibridge_proxy.sync_unit
}

# One that takes two values, as coder-labs/copilot does. In a template its source is
# "registry.coder.com/coder-labs/copilot/coder"; ./copilot has the same two inputs and no download.
module "copilot" {
  source         = "./copilot"
  agent_id       = coder_agent.main.id
  command        = var.copilot_command
  proxy_auth_url = module.aibridge_proxy.proxy_auth_url
  cert_path      = module.aibridge_proxy.cert_path
}
