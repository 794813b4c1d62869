# A program that does not work with the module is named as the cause.

variables {
  agent_id  = "agent"
  proxy_url = "https://aiproxy.example.com"
}

run "another_major_version_is_refused" {
  command = plan

  variables {
    helper = ["sh", "-c", "echo '{\"version\": \"999.0.0\"}'"]
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  expect_failures = [coder_script.aibridge_proxy_setup]
}
