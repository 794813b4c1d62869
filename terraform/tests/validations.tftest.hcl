# Bad inputs that a module author can catch with expect_failures. With a mocked provider the workspace does not start, so
# tf-helper does not run.

mock_provider "coder" {}

variables {
  agent_id  = "agent"
  proxy_url = "https://aiproxy.example.com"
}

run "a_blank_agent_id_is_refused" {
  command = plan

  variables {
    agent_id = " "
  }

  expect_failures = [var.agent_id]
}

run "a_proxy_url_without_a_scheme_is_refused" {
  command = plan

  variables {
    proxy_url = "aiproxy.example.com:8888"
  }

  expect_failures = [var.proxy_url]
}

run "a_proxy_url_of_another_scheme_is_refused" {
  command = plan

  variables {
    proxy_url = "socks5://aiproxy.example.com"
  }

  expect_failures = [var.proxy_url]
}

run "a_relative_cert_path_is_refused" {
  command = plan

  variables {
    cert_path = "certs/ca.pem"
  }

  expect_failures = [var.cert_path]
}

run "another_time_to_fetch_is_refused" {
  command = plan

  variables {
    fetch_ca_cert_at = "apply"
  }

  expect_failures = [var.fetch_ca_cert_at]
}

run "a_cert_path_with_a_tilde_is_refused" {
  command = plan

  variables {
    cert_path = "~/ca.pem"
  }

  expect_failures = [var.cert_path]
}

run "an_empty_helper_is_refused" {
  command = plan

  variables {
    helper = [""]
  }

  expect_failures = [var.helper]
}

run "a_blank_program_is_refused" {
  command = plan

  variables {
    helper = [" ", "tf-helper"]
  }

  expect_failures = [var.helper]
}
