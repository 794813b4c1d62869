# A template with tests of its own: template.tftest.hcl, which `terraform test` runs in this folder.

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
  default     = "https://aiproxy.example.com"
}

variable "show_warnings" {
  description = "Whether a build shows warnings about the settings. The tests turn this off, because a warning fails them."
  type        = bool
  default     = true
}

resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}

module "aibridge_proxy" {
  source        = "../.."
  agent_id      = coder_agent.main.id
  proxy_url     = var.proxy_url
  wrapper_path  = "/tmp/aibridge-proxy/ai-proxy"
  show_warnings = var.show_warnings
}

resource "coder_app" "claude" {
  agent_id = coder_agent.main.id
  slug     = "claude"
  command  = "${module.aibridge_proxy.wrapper_path} claude"
}
