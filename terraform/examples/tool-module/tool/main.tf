# A module for one tool that takes the output `env`.

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

variable "env" {
  description = "Environment variables for the tool's own process."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "wait_for" {
  description = "The unit of `coder exp sync` to wait for; \"\" where the template orders its scripts itself."
  type        = string
  default     = ""
}

locals {
  unit = "example-tool"

  # Between single quotes a shell takes every character as it is; a quote in the text ends the quotes, is escaped, and opens them again.
  exports = [for name, value in var.env : "export ${name}='${replace(value, "'", "'\\''")}'"]

  # Nothing here fails the script: a coder CLI without `exp sync` (before 2.30) must not keep the tool from starting.
  wait = <<-EOT
    if command -v coder >/dev/null; then
      coder exp sync want ${local.unit} ${var.wait_for} && coder exp sync start ${local.unit}
      trap 'coder exp sync complete ${local.unit}' EXIT
    fi
  EOT
}

resource "coder_script" "tool" {
  agent_id     = var.agent_id
  display_name = "Example Tool"
  run_on_start = true

  # In a subshell, so that nothing else of this script has the variables; exported rather than written in front of the
  # command, so that no argument contains the token.
  script = <<-EOT
    #!/bin/sh
    ${var.wait_for == "" ? "" : local.wait}
    (
    ${join("\n", local.exports)}
    ${var.command}
    )
  EOT
}
