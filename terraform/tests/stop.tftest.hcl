# A stopping workspace: the helper does not run, and no template that uses the outputs breaks.

variables {
  agent_id     = "agent"
  proxy_url    = "https://aiproxy.example.com"
  cert_path    = "/certs/ca.pem"
  wrapper_path = "/bin/ai-proxy"
  helper       = ["/missing/tf-helper"]
}

run "every_output_keeps_its_type" {
  variables {
    coder_token_as_api_key = true
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 0 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "" }
  }

  assert {
    condition     = length(data.external.settings.result) == 0 && length(data.external.agent.result) == 0
    error_message = "the helper ran"
  }

  assert {
    condition = (
      output.proxy_auth_url == "https://coder:@aiproxy.example.com"
      && output.proxy_url == "https://aiproxy.example.com"
      && output.cert_path == "/certs/ca.pem"
      && output.ca_bundle_path == "/certs/ca.pem"
      && output.wrapper_path == "/bin/ai-proxy"
      && output.ca_cert == { sha256 = "", subject = "", not_after = "" }
      && output.sync_unit == "aibridge-proxy-setup"
      && output.scripts == ["aibridge-proxy-setup"]
      && length(output.warnings) == 0
    )
    error_message = "an output is missing or has another type"
  }

  # A template can still pick from it.
  assert {
    condition = (
      output.env["HTTPS_PROXY"] == "https://coder:@aiproxy.example.com"
      && output.env["https_proxy"] == output.env["HTTPS_PROXY"]
      && output.env["NODE_EXTRA_CA_CERTS"] == ""
      && output.env["ANTHROPIC_AUTH_TOKEN"] == ""
    )
    error_message = "env has other names or values than expected"
  }

  assert {
    condition     = coder_script.aibridge_proxy_setup.agent_id == "agent"
    error_message = "agent_id is ${coder_script.aibridge_proxy_setup.agent_id}"
  }
}

run "a_setting_that_only_the_helper_refuses_does_no_harm" {
  variables {
    proxy_url = "https://aiproxy.example.com/path"
    cert_path = "/certs/../ca.pem"
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 0 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "" }
  }

  assert {
    condition     = output.proxy_url == "https://aiproxy.example.com/path"
    error_message = "proxy_url is ${output.proxy_url}"
  }
}
