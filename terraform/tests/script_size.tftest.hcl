# The agent passes the script on as one argument, which Linux limits to 128 KiB. The certificates come from a program that
# stands in for tf-helper, which takes none that long.

variables {
  agent_id  = "agent"
  proxy_url = "https://aiproxy.example.com"
}

run "a_script_of_over_120_kib_is_refused" {
  command = plan

  variables {
    helper = ["sh", "./tests/fixtures/long_answer.sh", "122880"]
  }

  expect_failures = [coder_script.aibridge_proxy_setup]
}

run "a_script_of_less_is_not" {
  command = plan

  variables {
    helper = ["sh", "./tests/fixtures/long_answer.sh", "100000"]
  }

  assert {
    condition     = length(coder_script.aibridge_proxy_setup.script) > 100000
    error_message = "the script does not hold the certificates"
  }
}
