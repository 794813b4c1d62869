# The validations cover what a caller can test with expect_failures; tf-helper checks everything else.

variable "agent_id" {
  description = "ID of the `coder_agent` whose workspace gets the certificate."
  type        = string
  nullable    = false

  validation {
    condition     = trimspace(var.agent_id) != ""
    error_message = "agent_id must not be blank: set it to the id of the coder_agent resource."
  }
}

variable "proxy_url" {
  description = "URL of AI Bridge Proxy: scheme, host and port, for example `https://aiproxy.example.com` or `http://aiproxy.example.com:8888`. The module adds the token."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(?i:https?)://", trimspace(var.proxy_url)))
    error_message = "proxy_url must begin with http:// or https://."
  }
}

variable "cert_path" {
  description = "Absolute path in the workspace for the proxy's CA certificate. The bundle (the system's roots and the certificate) is saved next to it, with `.bundle` before the suffix."
  type        = string
  nullable    = false
  default     = "/tmp/aibridge-proxy/ca-cert.pem"

  validation {
    condition     = startswith(trimspace(var.cert_path), "/")
    error_message = "cert_path must be absolute, for example /home/coder/certs/ca.pem; ~ and variables are not expanded."
  }
}

variable "helper" {
  description = "Command that runs `tf-helper` on the provisioner: the program and its arguments. An absolute path saves a lookup on `PATH`."
  type        = list(string)
  nullable    = false
  default     = ["tf-helper"]

  validation {
    condition     = length(compact(var.helper)) > 0
    error_message = "helper must not be empty: give the program and its arguments, for example [\"tf-helper\"]."
  }

  validation {
    condition     = trimspace(try(compact(var.helper)[0], "-")) != ""
    error_message = "The first element of helper is blank: it must be the program, by name or absolute path, for example \"tf-helper\"."
  }
}

variable "ca_cert_pem" {
  description = "The proxy's CA certificate as PEM. The workspace then downloads nothing, so it needs no curl, and the startup script has no token for the download."
  type        = string
  default     = null
}

variable "extra_ca_certs_pem" {
  description = "More certificates to trust, as PEM, for example the proxy's own TLS certificate or a company's root. The download of the CA certificate trusts them, too. They and `ca_cert_pem` are part of the startup script, which has room for 64 KiB of both, or 20 KiB with `wrapper_path`."
  type        = list(string)
  nullable    = false
  default     = []
}

variable "fetch_ca_cert_at" {
  description = "What downloads the CA certificate if `ca_cert_pem` is not set: the workspace when it starts (`start`), or tf-helper when Terraform plans (`plan`)."
  type        = string
  nullable    = false
  default     = "start"

  validation {
    condition     = contains(["start", "plan"], var.fetch_ca_cert_at)
    error_message = "fetch_ca_cert_at must be \"start\" or \"plan\"."
  }
}

variable "no_proxy" {
  description = "Hosts that bypass the proxy, in addition to the workspace itself and the Coder deployment: host names, `.example.com`, IP addresses, IPv4 ranges."
  type        = list(string)
  nullable    = false
  default     = []
}

variable "wrapper_path" {
  description = "Absolute path in the workspace, without spaces, at which the startup script saves a command that runs another one with `env`; `null` saves none. The file contains the user's Coder token; only its owner can read it."
  type        = string
  default     = null
}

variable "coder_token_as_api_key" {
  description = "Whether tools without an API key of their own send the user's Coder token as their key: adds `ANTHROPIC_AUTH_TOKEN`, `OPENAI_API_KEY` and `CODEX_API_KEY` to `env`."
  type        = bool
  nullable    = false
  default     = false
}

variable "show_warnings" {
  description = "Whether plan and apply show the warnings of `tf-helper`. In `terraform test` a warning, and one that is unknown at plan, fails the run: set `false` there. The output `warnings` has them in any case."
  type        = bool
  nullable    = false
  default     = true
}
