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
    helper = ["sh", "./tests/fixtures/long_answer.sh", "65536"]
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  assert {
    condition     = length(coder_script.aibridge_proxy_setup.script) > 65536
    error_message = "the script does not contain the certificates"
  }
}

run "with_the_wrapper_there_is_less_room" {
  command = plan

  variables {
    helper       = ["sh", "./tests/fixtures/long_answer.sh", "65536"]
    wrapper_path = "/home/coder/ai-proxy"
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  expect_failures = [coder_script.aibridge_proxy_setup]
}

run "with_the_wrapper_20_kib_are_accepted" {
  command = plan

  variables {
    helper       = ["sh", "./tests/fixtures/long_answer.sh", "20480"]
    wrapper_path = "/home/coder/ai-proxy"
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  assert {
    condition     = strcontains(coder_script.aibridge_proxy_setup.script, "/home/coder/ai-proxy")
    error_message = "the script does not contain the wrapper"
  }
}
