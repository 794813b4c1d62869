# Valid settings that are probably wrong: a warning, which counts as a failure in tests only.

variables {
  agent_id = "agent"
}

run "http_without_a_port_warns" {
  variables {
    proxy_url = "http://aiproxy.example.com"
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  expect_failures = [check.helper_warnings]

  assert {
    condition     = length(output.warnings) == 1 && startswith(output.warnings[0], "proxy_url: ")
    error_message = jsonencode(output.warnings)
  }
}

run "the_deployment_as_its_own_proxy_warns" {
  command = plan

  variables {
    proxy_url = "https://coder.example.com"
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  expect_failures = [check.helper_warnings]
}

run "warnings_can_be_left_to_the_output" {
  variables {
    proxy_url     = "http://aiproxy.example.com"
    show_warnings = false
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  assert {
    condition     = length(output.warnings) == 1
    error_message = jsonencode(output.warnings)
  }
}
