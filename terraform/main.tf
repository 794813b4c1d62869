data "coder_workspace" "me" {}

data "coder_workspace_owner" "me" {}

locals {
  starting = data.coder_workspace.me.start_count == 1
  agent_id = lookup(data.external.agent.result, "agent_id", var.agent_id)

  # The helper sees no token. Coder's own tokens need no encoding; others might.
  session_token  = data.coder_workspace_owner.me.session_token
  proxy_userinfo = "coder:${replace(urlencode(local.session_token), "+", "%20")}@"
  proxy_auth_url = replace(local.settings.proxy_url, "/^([^:]*:\\/\\/)/", "$${1}${local.proxy_userinfo}")

  # With depends_on on the module block the values are unknown at plan. The names are known even then.
  helper_env = jsondecode(local.settings.client_env)
  client_env = merge(
    { for name in local.client_env_names : name => tostring(lookup(local.helper_env, name, "")) },
    { for name in local.proxy_env_names : name => local.proxy_auth_url },
    { for name in local.api_key_env_names : name => local.session_token if var.coder_token_as_api_key },
  )

  sync_unit = "aibridge-proxy-setup"
  warnings  = compact(jsondecode(local.settings.warnings)) # list(string), however many there are
  in_a_test = "In a test, override data.external.settings with a whole result; \"Test a template\" in the module's README shows one."

  script_values = {
    ACCESS_URL = local.settings.access_url
    # With the certificate in hand the script needs no token, except the one in the wrapper.
    SESSION_TOKEN      = local.settings.ca_cert_pem == "" ? local.session_token : ""
    CERT_PATH          = local.settings.cert_path
    CA_BUNDLE_PATH     = local.settings.ca_bundle_path
    WRAPPER_PATH       = local.settings.wrapper_path
    WRAPPER            = local.settings.wrapper_path == "" ? "" : local.wrapper
    CA_CERT_PEM        = local.settings.ca_cert_pem
    EXTRA_CA_CERTS_PEM = local.settings.extra_ca_certs_pem
  }
}

# A check warns and lets the plan go on. In `terraform test` it fails the run, and so does a condition that is unknown at
# plan; a conditional expression, unlike ||, is known whatever the other branch is.
check "helper_warnings" {
  assert {
    condition     = var.show_warnings ? length(local.warnings) == 0 : true
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
      condition     = local.helper_version != "" || !local.starting
      error_message = "The result of the command in the variable helper has no version: check that this command runs tf-helper itself. ${local.in_a_test}"
    }

    precondition {
      condition     = local.helper_compatible || local.helper_version == "" || !local.starting
      error_message = "This module needs tf-helper ${local.needed_helper} or a newer ${local.release.needed[0]}.x, but the helper is version ${local.helper_version}. ${local.helper_remedy}"
    }

    precondition {
      condition     = length(local.missing_keys) == 0 || !local.helper_compatible
      error_message = "The result of tf-helper ${local.helper_version} lacks ${join(", ", local.missing_keys)}. Check that the variable helper runs tf-helper itself. ${local.in_a_test}"
    }

    precondition {
      # base64encode, because length counts characters. Linux caps an argument at 128 KiB.
      condition     = length(base64encode(local.script)) / 4 * 3 <= 120 * 1024
      error_message = "The startup script is over 120 KiB long, more than the agent can pass to a shell. Shorten extra_ca_certs_pem, ca_cert_pem or no_proxy${local.settings.wrapper_path == "" ? "" : ", or leave out wrapper_path, whose command is in the script"}."
    }
  }
}
