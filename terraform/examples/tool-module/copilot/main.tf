# The two inputs of coder-labs/copilot, used as that module uses them: both are required, and go into a shell script
# between single quotes. The outputs hold no single quote: a URL cannot, and cert_path may not.

terraform {
  required_providers {
    coder = {
      source = "coder/coder"
    }
  }
}

variable "agent_id" {
  description = "The id of the `coder_agent`."
  type        = string
}

variable "command" {
  description = "The tool's command line, for a shell."
  type        = string
}

variable "proxy_auth_url" {
  description = "The proxy's URL with the user's token in it."
  type        = string
  sensitive   = true

  validation {
    condition     = var.proxy_auth_url != ""
    error_message = "proxy_auth_url must not be empty."
  }
}

variable "cert_path" {
  description = "The path of the proxy's CA certificate."
  type        = string

  validation {
    condition     = var.cert_path != ""
    error_message = "cert_path must not be empty."
  }
}

resource "coder_script" "copilot" {
  agent_id     = var.agent_id
  display_name = "Copilot"
  run_on_start = true

  script = <<-EOT
    #!/bin/sh
    if command -v coder >/dev/null; then
      coder exp sync want copilot aibridge-proxy-setup && coder exp sync start copilot
      trap 'coder exp sync complete copilot' EXIT
    fi
    (
    export HTTPS_PROXY='${var.proxy_auth_url}'
    export NODE_EXTRA_CA_CERTS='${var.cert_path}'
    ${var.command}
    )
  EOT
}
