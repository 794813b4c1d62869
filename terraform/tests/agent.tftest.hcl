# A first build: the agent's id is unknown when Terraform plans.

run "proxy_auth_url_is_known_before_the_agent_exists" {
  command = plan

  module {
    source = "./tests/fixtures/new_agent"
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:@aiproxy.example.com"
    error_message = "proxy_auth_url is ${nonsensitive(output.proxy_auth_url)}"
  }
}

run "a_new_agent_can_be_applied" {
  module {
    source = "./tests/fixtures/new_agent"
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:@aiproxy.example.com"
    error_message = "proxy_auth_url is ${nonsensitive(output.proxy_auth_url)}"
  }
}

run "depends_on_works_on_the_module_block" {
  module {
    source = "./tests/fixtures/depends_on"
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:@aiproxy.example.com"
    error_message = "proxy_auth_url is ${nonsensitive(output.proxy_auth_url)}"
  }
}

run "depends_on_works_when_the_workspace_stops" {
  module {
    source = "./tests/fixtures/depends_on"
  }

  override_data {
    target = module.aibridge_proxy.data.coder_workspace.me
    values = { start_count = 0 }
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:@aiproxy.example.com"
    error_message = "proxy_auth_url is ${nonsensitive(output.proxy_auth_url)}"
  }
}
