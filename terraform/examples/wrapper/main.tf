# Tools behind AI Bridge Proxy, started by the wrapper: it runs a command with the proxy's variables, and nothing else in
# the workspace gets them.

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

variable "wrapper_path" {
  description = "Where the workspace keeps the wrapper: outside of a persistent home, where the last start's one would be found, and not on a shared volume, because it contains the user's Coder token."
  type        = string
  default     = "/tmp/aibridge-proxy/ai-proxy"
}

variable "coder_token_as_api_key" {
  description = "Whether tools without an API key of their own use the user's Coder token."
  type        = bool
  default     = false
}

variable "command" {
  description = "What the script runs."
  type        = string
  default     = "curl --silent --show-error https://api.anthropic.com/"
}

resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}

module "aibridge_proxy" {
  source                 = "../.."
  agent_id               = coder_agent.main.id
  proxy_url              = var.proxy_url
  cert_path              = var.cert_path
  wrapper_path           = var.wrapper_path
  coder_token_as_api_key = var.coder_token_as_api_key
}

# A tool that a user starts with a click.
resource "coder_app" "claude" {
  agent_id     = coder_agent.main.id
  slug         = "claude"
  display_name = "Claude Code"
  command      = "${module.aibridge_proxy.wrapper_path} claude"
}

# A tool that runs when the workspace starts. It waits for the wrapper and the certificate, but a `coder` without `exp sync`
# (before 2.30) does not keep it from starting.
resource "coder_script" "tool" {
  agent_id     = coder_agent.main.id
  display_name = "Tool"
  run_on_start = true

  script = <<-EOT
    #!/bin/sh
    if command -v coder >/dev/null; then
      coder exp sync want tool ${module.aibridge_proxy.sync_unit} && coder exp sync start tool
      trap 'coder exp sync complete tool' EXIT
    fi
    ${module.aibridge_proxy.wrapper_path} ${var.command}
  EOT
}

output "proxy_url" {
  value = module.aibridge_proxy.proxy_url
}

output "cert_path" {
  value = module.aibridge_proxy.cert_path
}

output "ca_bundle_path" {
  value = module.aibridge_proxy.ca_bundle_path
}

output "wrapper_path" {
  value = module.aibridge_proxy.wrapper_path
}
