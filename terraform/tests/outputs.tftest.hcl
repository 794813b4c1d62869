# What a template gets for valid settings. tf-helper really runs. What comes from the workspace is overridden in every run,
# because the environment can be that of a workspace, with values of its own.

variables {
  agent_id     = "3F2B8C1E-1111-4222-8333-444455556666"
  proxy_url    = " HTTPS://AIProxy.Example.com:443/ "
  cert_path    = "/home/coder//.certs/ca.pem"
  wrapper_path = "/home/coder//bin/ai-proxy"
  no_proxy     = [".Example.com", "10.0.0.0/8"]
}

run "settings_are_normalized" {
  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "token" }
  }

  assert {
    condition     = output.proxy_url == "https://aiproxy.example.com"
    error_message = "proxy_url is ${output.proxy_url}"
  }

  assert {
    condition     = output.cert_path == "/home/coder/.certs/ca.pem"
    error_message = "cert_path is ${output.cert_path}"
  }

  assert {
    condition     = output.ca_bundle_path == "/home/coder/.certs/ca.bundle.pem"
    error_message = "ca_bundle_path is ${output.ca_bundle_path}"
  }

  assert {
    condition     = output.wrapper_path == "/home/coder/bin/ai-proxy"
    error_message = "wrapper_path is ${output.wrapper_path}"
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:token@aiproxy.example.com"
    error_message = "proxy_auth_url is not https://coder:token@aiproxy.example.com"
  }

  assert {
    condition = (
      output.env["HTTPS_PROXY"] == output.proxy_auth_url
      && output.env["https_proxy"] == output.proxy_auth_url
      && output.env["SSL_CERT_FILE"] == output.ca_bundle_path
      && endswith(output.env["NO_PROXY"], ",coder.example.com,.example.com,10.0.0.0/8")
    )
    error_message = "env has other names or values than expected"
  }

  assert {
    condition     = !contains(keys(output.env), "HTTP_PROXY") && !contains(keys(output.env), "http_proxy")
    error_message = "env has a variable for plain HTTP, which the proxy does not serve"
  }

  assert {
    condition     = !contains(keys(output.env), "ANTHROPIC_AUTH_TOKEN") && !contains(keys(output.env), "OPENAI_API_KEY")
    error_message = "env has the Coder token as an API key, although coder_token_as_api_key is false"
  }

  assert {
    condition     = output.sync_unit == "aibridge-proxy-setup" && output.scripts == [output.sync_unit]
    error_message = "sync_unit is ${output.sync_unit}, scripts is ${jsonencode(output.scripts)}"
  }

  assert {
    condition = (
      coder_script.aibridge_proxy_setup.display_name == "AI Bridge Proxy Setup"
      && coder_script.aibridge_proxy_setup.icon == "/icon/coder.svg"
      && coder_script.aibridge_proxy_setup.run_on_start
      && !coder_script.aibridge_proxy_setup.start_blocks_login
      && coder_script.aibridge_proxy_setup.timeout == 300
    )
    error_message = "coder_script.aibridge_proxy_setup has changed"
  }

  assert {
    condition     = coder_script.aibridge_proxy_setup.agent_id == "3f2b8c1e-1111-4222-8333-444455556666"
    error_message = "agent_id is ${coder_script.aibridge_proxy_setup.agent_id}"
  }
}

run "proxy_auth_url_keeps_the_port" {
  command = plan

  variables {
    proxy_url = "http://aiproxy.example.com:8888"
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "token" }
  }

  assert {
    condition     = output.proxy_auth_url == "http://coder:token@aiproxy.example.com:8888"
    error_message = "proxy_auth_url is not http://coder:token@aiproxy.example.com:8888"
  }

  assert {
    condition     = length(output.warnings) == 0
    error_message = join("\n", output.warnings)
  }
}

run "a_token_is_percent_encoded_in_a_url_and_not_in_an_api_key" {
  command = plan

  variables {
    coder_token_as_api_key = true
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "a b/@:%$1+" }
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:a%20b%2F%40%3A%25%241%2B@aiproxy.example.com"
    error_message = "proxy_auth_url does not encode the token"
  }

  assert {
    condition     = alltrue([for name in ["ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "CODEX_API_KEY"] : output.env[name] == "a b/@:%$1+"])
    error_message = "env does not have the token as an API key"
  }
}

run "an_empty_token_leaves_the_password_empty" {
  command = plan

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "" }
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:@aiproxy.example.com"
    error_message = "proxy_auth_url is not https://coder:@aiproxy.example.com"
  }
}

run "null_means_the_default" {
  command = plan

  variables {
    cert_path              = null
    wrapper_path           = null
    helper                 = null
    no_proxy               = null
    coder_token_as_api_key = null
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  assert {
    condition     = output.cert_path == "/tmp/aibridge-proxy/ca-cert.pem" && output.wrapper_path == null
    error_message = "cert_path is ${output.cert_path}, wrapper_path is ${jsonencode(output.wrapper_path)}"
  }
}
