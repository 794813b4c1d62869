data "coder_workspace" "me" {}

data "coder_workspace_owner" "me" {}

locals {
  # The major version of tf-helper that this module goes with.
  helper_major_version = "0"

  starting = data.coder_workspace.me.start_count == 1

  # A workspace must be able to stop, and to be deleted, without the helper: then this takes its place.
  program = local.starting ? var.helper : ["sh", "-c", "echo {}"]

  # Without null and blank elements.
  no_proxy           = join(",", compact(var.no_proxy))
  extra_ca_certs_pem = join("\n", compact(var.extra_ca_certs_pem))
}

# Everything but agent_id, which is unknown until the agent exists. One unknown value would put the whole data source off
# until apply; without it, a bad input is refused when the template is pushed, and the outputs are known at plan.
data "external" "settings" {
  program = local.program

  query = merge(
    {
      proxy_url  = var.proxy_url
      cert_path  = var.cert_path
      access_url = data.coder_workspace.me.access_url
    },
    local.no_proxy == "" ? {} : { no_proxy = local.no_proxy },
    var.ca_cert_pem == null ? {} : { ca_cert_pem = var.ca_cert_pem },
    local.extra_ca_certs_pem == "" ? {} : { extra_ca_certs_pem = local.extra_ca_certs_pem },
    var.fetch_ca_cert_at == "plan" ? { fetch_ca_cert = "true" } : {},
  )

  lifecycle {
    postcondition {
      condition     = !local.starting || startswith(lookup(self.result, "version", ""), "${local.helper_major_version}.")
      error_message = "This module needs tf-helper ${local.helper_major_version}.x, and the helper says that its version is \"${lookup(self.result, "version", "")}\". Install tf-helper ${local.helper_major_version}.x on the provisioner, or use the release of this module that goes with the one there."
    }
  }
}

# Refuses a bad agent_id: the Coder provider takes an empty one, and then the script runs nowhere.
data "external" "agent" {
  program = local.program

  query = {
    agent_id  = var.agent_id
    proxy_url = var.proxy_url
    cert_path = var.cert_path
  }
}

locals {
  # Without the helper the values are as they were given; the helper's result is never sensitive either.
  settings = local.starting ? data.external.settings.result : {
    proxy_url          = nonsensitive(var.proxy_url)
    cert_path          = nonsensitive(var.cert_path)
    access_url         = data.coder_workspace.me.access_url
    ca_bundle_path     = ""
    ca_cert_pem        = ""
    extra_ca_certs_pem = ""
    ca_cert_sha256     = ""
    ca_cert_subject    = ""
    ca_cert_not_after  = ""
    client_env         = jsonencode({ for name in local.client_env_names : name => "" })
    warnings           = "[]"
  }

  agent_id = local.starting ? data.external.agent.result.agent_id : var.agent_id

  # The helper sees no token. Coder's own tokens need no encoding; others might.
  session_token  = data.coder_workspace_owner.me.session_token
  proxy_userinfo = "coder:${replace(urlencode(local.session_token), "+", "%20")}@"
  proxy_auth_url = replace(local.settings.proxy_url, "/^([^:]*:\\/\\/)/", "$${1}${local.proxy_userinfo}")

  client_env = merge(jsondecode(local.settings.client_env), {
    HTTPS_PROXY = local.proxy_auth_url
    https_proxy = local.proxy_auth_url
  })

  sync_unit = "aibridge-proxy-setup"
  warnings  = compact(jsondecode(local.settings.warnings)) # list(string), however many there are

  script_values = {
    ACCESS_URL = local.settings.access_url
    # With the certificate in hand the script has no use for the token.
    SESSION_TOKEN      = local.settings.ca_cert_pem == "" ? local.session_token : ""
    CERT_PATH          = local.settings.cert_path
    CA_BUNDLE_PATH     = local.settings.ca_bundle_path
    CA_CERT_PEM        = local.settings.ca_cert_pem
    EXTRA_CA_CERTS_PEM = local.settings.extra_ca_certs_pem
  }
}

# A check warns and lets the plan go on.
check "helper_warnings" {
  assert {
    condition     = length(local.warnings) == 0
    error_message = join("\n", local.warnings)
  }
}

resource "coder_script" "aibridge_proxy_setup" {
  agent_id           = local.agent_id
  display_name       = "AI Bridge Proxy Setup"
  icon               = "/icon/coder.svg"
  script             = local.script
  run_on_start       = true
  start_blocks_login = false
  timeout            = 300

  lifecycle {
    precondition {
      # base64encode, because length counts characters. Linux caps an argument at 128 KiB.
      condition     = length(base64encode(local.script)) / 4 * 3 <= 120 * 1024
      error_message = "The startup script is over 120 KiB long, too much for the agent to pass on: shorten extra_ca_certs_pem or ca_cert_pem."
    }
  }
}
