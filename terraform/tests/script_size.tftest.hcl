# The agent passes the script on as one argument, which Linux limits to 128 KiB. The certificates come from a program that
# stands in for tf-helper, which refuses certificates of that length.

variables {
  agent_id  = "agent"
  proxy_url = "https://aiproxy.example.com"
}

run "a_script_of_over_120_kib_is_refused" {
  command = plan

  variables {
    helper = ["sh", "./tests/fixtures/long_answer.sh", "122880"]
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  expect_failures = [coder_script.aibridge_proxy_setup]
}

run "a_shorter_script_is_accepted" {
  command = plan

  variables {
    helper = ["sh", "./tests/fixtures/long_answer.sh", "60000"]
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  assert {
    condition     = length(coder_script.aibridge_proxy_setup.script) > 60000
    error_message = "the script does not contain the certificates"
  }
}
