# VS Code on the user's own machine, connected to the workspace by SSH. It starts its server itself, so no wrapper can be
# put in front. But the server asks a login shell for the environment of extensions and terminals, and sets a variable by
# which the shell's profile can tell: this adds a line to it that no other shell obeys.

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

variable "profile" {
  description = "The profile, in the home directory, that the users' login shell reads: .bash_profile or .profile, .zprofile for zsh."
  type        = string
  default     = ".profile"
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

locals {
  line = "[ -z \"$${VSCODE_RESOLVING_ENVIRONMENT-}\" ] || eval \"$('${module.aibridge_proxy.wrapper_path}' sh -c 'export -p')\" # AI Bridge Proxy"
}

# The line contains no token, and stays the same from start to start.
resource "coder_script" "profile" {
  agent_id     = coder_agent.main.id
  display_name = "VS Code Profile"
  run_on_start = true

  script = <<-EOT
    #!/bin/sh
    line='${replace(local.line, "'", "'\\''")}'
    grep -qsxF "$line" ~/${var.profile} || printf '\n%s\n' "$line" >>~/${var.profile}
  EOT
}
