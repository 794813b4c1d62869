# A program that does not go with the module is named as the cause.

variables {
  agent_id  = "agent"
  proxy_url = "https://aiproxy.example.com"
}

run "another_major_version_is_refused" {
  command = plan

  variables {
    helper = ["sh", "-c", "echo '{\"version\": \"999.0.0\", \"agent_id\": \"agent\"}'"]
  }

  expect_failures = [data.external.settings]
}

run "a_program_without_a_version_is_refused" {
  command = plan

  variables {
    helper = ["sh", "-c", "echo '{\"agent_id\": \"agent\"}'"]
  }

  expect_failures = [data.external.settings]
}
