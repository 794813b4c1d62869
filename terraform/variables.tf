# The validations here are for what a caller can test with expect_failures; everything deeper is tf-helper's.

variable "agent_id" {
  description = "The id of the `coder_agent` whose workspace gets the certificate."
  type        = string
  nullable    = false

  validation {
    condition     = trimspace(var.agent_id) != ""
    error_message = "agent_id must not be blank: give the id of the coder_agent resource."
  }
}

variable "proxy_url" {
  description = "The URL of AI Bridge Proxy, for example `https://aiproxy.example.com` or `http://aiproxy.example.com:8888`. Scheme, host and port only; the token is added by this module."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(?i:https?)://", trimspace(var.proxy_url)))
    error_message = "proxy_url must begin with http:// or https://."
  }
}

variable "cert_path" {
  description = "The absolute path in the workspace at which the proxy's CA certificate is saved. The bundle (the system's roots and the certificate) is saved beside it, with `.bundle` before the suffix."
  type        = string
  nullable    = false
  default     = "/tmp/aibridge-proxy/ca-cert.pem"

  validation {
    condition     = startswith(trimspace(var.cert_path), "/")
    error_message = "cert_path must be absolute, for example /home/coder/certs/ca.pem; ~ and variables are not expanded."
  }
}

variable "helper" {
  description = "The program `tf-helper` on the provisioner, and its arguments. An absolute path saves a search of PATH."
  type        = list(string)
  nullable    = false
  default     = ["tf-helper"]

  validation {
    condition     = length(compact(var.helper)) > 0
    error_message = "helper must not be empty: give the program and its arguments, for example [\"tf-helper\"]."
  }
}

variable "ca_cert_pem" {
  description = "The proxy's CA certificate as PEM, where it is at hand. The workspace then needs neither curl nor the token to get it."
  type        = string
  default     = null
}

variable "extra_ca_certs_pem" {
  description = "More certificates to trust, as PEM: the proxy's own TLS certificate, or the root of a company CA. They are trusted by the download as well."
  type        = list(string)
  nullable    = false
  default     = []
}

variable "fetch_ca_cert_at" {
  description = "Who downloads the CA certificate where `ca_cert_pem` is not given: the workspace when it starts (`start`), or tf-helper when Terraform plans (`plan`)."
  type        = string
  nullable    = false
  default     = "start"

  validation {
    condition     = contains(["start", "plan"], var.fetch_ca_cert_at)
    error_message = "fetch_ca_cert_at must be \"start\" or \"plan\"."
  }
}

variable "no_proxy" {
  description = "Hosts that bypass the proxy, in addition to the workspace itself and the Coder deployment: host names, `.example.com`, IP addresses, CIDR ranges."
  type        = list(string)
  nullable    = false
  default     = []
}

variable "coder_token_as_api_key" {
  description = "Whether `env` also has the variables with which tools send the user's Coder token as their API key (`ANTHROPIC_AUTH_TOKEN`, `OPENAI_API_KEY`), for tools without a key of their own."
  type        = bool
  nullable    = false
  default     = false
}
