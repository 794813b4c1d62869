# VS Code in the browser behind AI Bridge Proxy: code-server, started by the wrapper, so that its extensions, their child
# processes and its terminals have the proxy's variables, and nothing else in the workspace. code-server is in the image.

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

variable "extra_ca_certs_pem" {
  description = "PEM certificates that sign the proxy's own TLS certificate."
  type        = list(string)
  default     = []
}

variable "cert_path" {
  description = "Where the workspace keeps the proxy's CA certificate."
  type        = string
  default     = "/tmp/aibridge-proxy/ca-cert.pem"
}

variable "wrapper_path" {
  description = "Where the workspace keeps the wrapper: outside of a persistent home, where the last start's one would be found."
  type        = string
  default     = "/tmp/aibridge-proxy/ai-proxy"
}

variable "port" {
  description = "The port that code-server listens on."
  type        = number
  default     = 13337
}

resource "coder_agent" "main" {
  arch = "amd64"
  os   = "linux"
}

module "aibridge_proxy" {
  source             = "../.."
  agent_id           = coder_agent.main.id
  proxy_url          = var.proxy_url
  extra_ca_certs_pem = var.extra_ca_certs_pem
  cert_path          = var.cert_path
  wrapper_path       = var.wrapper_path
}

# It waits for the setup, and where `coder` cannot (before 2.30), for the wrapper itself. Without it, VS Code does not start.
resource "coder_script" "vscode" {
  agent_id     = coder_agent.main.id
  display_name = "VS Code"
  run_on_start = true

  script = <<-EOT
    #!/bin/sh
    wrapper='${module.aibridge_proxy.wrapper_path}'
    if command -v coder >/dev/null; then
      coder exp sync want vscode ${module.aibridge_proxy.sync_unit} && coder exp sync start vscode
      trap 'coder exp sync complete vscode' EXIT
    fi
    seconds=300
    until [ -x "$wrapper" ]; do
      [ "$seconds" -gt 0 ] || { echo "VS Code is not started: $wrapper is missing"; exit 1; }
      seconds=$((seconds - 1))
      sleep 1
    done
    "$wrapper" code-server --auth none --bind-addr 127.0.0.1:${var.port} >/tmp/code-server.log 2>&1 &
  EOT
}

resource "coder_app" "vscode" {
  agent_id     = coder_agent.main.id
  slug         = "vscode"
  display_name = "VS Code"
  icon         = "/icon/code.svg"
  url          = "http://localhost:${var.port}"
}
