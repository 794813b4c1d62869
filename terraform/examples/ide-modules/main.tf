# Coder's modules for IDEs behind AI Bridge Proxy. They have no input for a command that starts the IDE, so the image has
# the file `wrapped` in place of each program:
#
#   COPY --chmod=755 wrapped /opt/ai-ide/bin/code-server
#   COPY --chmod=755 wrapped /opt/ai-ide/bin/code
#   COPY --chmod=755 wrapped /opt/ai-ide/bin/jupyter-lab
#   ENV PATH=/opt/ai-ide/bin:$PATH

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
  description = "Where the workspace keeps the wrapper, as in the file `wrapped`: outside of a persistent home."
  type        = string
  default     = "/tmp/aibridge-proxy/ai-proxy"
}

variable "install_prefix" {
  description = "The directory in the image that has `wrapped` in its bin."
  type        = string
  default     = "/opt/ai-ide"
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

# Without `offline`, a module downloads the IDE and puts it in the place of `wrapped`.
module "code_server" {
  source         = "registry.coder.com/coder/code-server/coder"
  version        = "~> 1.4"
  agent_id       = coder_agent.main.id
  offline        = true
  install_prefix = var.install_prefix
}

module "vscode_web" {
  source         = "registry.coder.com/coder/vscode-web/coder"
  version        = "~> 1.5"
  agent_id       = coder_agent.main.id
  accept_license = true
  offline        = true
  install_prefix = var.install_prefix
}

# It has no input for this: it starts the jupyter-lab that is the first in PATH.
module "jupyterlab" {
  source   = "registry.coder.com/coder/jupyterlab/coder"
  version  = "~> 1.2"
  agent_id = coder_agent.main.id
}
