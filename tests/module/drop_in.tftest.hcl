# What Coder's own tests of its module of this name expect of any module in its place.

override_data {
  target = data.coder_workspace_owner.me
  values = { session_token = "mock-token" }
}

run "default_cert_path" {
  variables {
    agent_id  = "test-agent"
    proxy_url = "https://aiproxy.example.com"
  }
  assert {
    condition     = output.cert_path == "/tmp/aibridge-proxy/ca-cert.pem"
    error_message = "cert_path"
  }
  assert {
    condition     = output.proxy_auth_url == "https://coder:mock-token@aiproxy.example.com"
    error_message = "proxy_auth_url"
  }
  assert {
    condition     = coder_script.aibridge_proxy_setup.agent_id == "test-agent"
    error_message = "agent_id"
  }
  assert {
    condition     = coder_script.aibridge_proxy_setup.display_name == "AI Bridge Proxy Setup"
    error_message = "display_name"
  }
  assert {
    condition     = strcontains(coder_script.aibridge_proxy_setup.script, "mock-token")
    error_message = "script"
  }
}

run "own_cert_path_and_port" {
  variables {
    agent_id  = "test-agent"
    proxy_url = "http://aiproxy.example.com:8888"
    cert_path = "/home/coder/certs/ca.pem"
  }
  assert {
    condition     = output.cert_path == "/home/coder/certs/ca.pem"
    error_message = "cert_path"
  }
  assert {
    condition     = output.proxy_auth_url == "http://coder:mock-token@aiproxy.example.com:8888"
    error_message = "proxy_auth_url"
  }
}

run "refuses_a_proxy_url_without_scheme" {
  command = plan
  variables {
    agent_id  = "test-agent"
    proxy_url = "aiproxy.example.com"
  }
  expect_failures = [var.proxy_url]
}

run "mocked_workspace" {
  command = plan
  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://dev.coder.com" }
  }
  variables {
    agent_id  = "test-agent"
    proxy_url = "https://aiproxy.example.com"
  }
  assert {
    condition     = strcontains(coder_script.aibridge_proxy_setup.script, "https://dev.coder.com")
    error_message = "script"
  }
}
