# A first build: the ids of the agents are unknown when Terraform plans.

run "outputs_are_known_before_the_agents_exist" {
  command = plan

  module {
    source = "./tests/fixtures/agents"
  }

  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = module.plain.data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = module.for_each.data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = module.count.data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  override_data {
    target = module.nested.module.aibridge_proxy.data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  assert {
    condition     = output.proxy_urls == [for _ in range(5) : "https://aiproxy.example.com"]
    error_message = jsonencode(output.proxy_urls)
  }
}

# With depends_on on the module block everything is unknown at plan, the warnings included.
run "the_names_in_env_are_known_where_nothing_else_is" {
  command = plan

  module {
    source = "./tests/fixtures/depends_on"
  }

  variables {
    show_warnings = false
  }

  assert {
    condition     = contains(keys(coder_env.tools), "HTTPS_PROXY") && contains(keys(coder_env.tools), "SSL_CERT_FILE")
    error_message = jsonencode(keys(coder_env.tools))
  }
}

run "depends_on_works_on_the_module_block" {
  module {
    source = "./tests/fixtures/depends_on"
  }

  override_data {
    target = module.aibridge_proxy.data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 1 }
  }

  assert {
    condition     = output.proxy_url == "https://aiproxy.example.com"
    error_message = "proxy_url is ${output.proxy_url}"
  }
}

run "depends_on_works_when_the_workspace_stops" {
  module {
    source = "./tests/fixtures/depends_on"
  }

  override_data {
    target = module.aibridge_proxy.data.coder_workspace.me
    values = { access_url = "https://coder.example.com", start_count = 0 }
  }

  assert {
    condition     = output.proxy_url == "https://aiproxy.example.com"
    error_message = "proxy_url is ${output.proxy_url}"
  }
}
