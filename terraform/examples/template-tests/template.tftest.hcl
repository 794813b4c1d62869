# Tests without a Coder deployment; all but the last one without tf-helper, too. They pass with Terraform and OpenTofu.

# A mocked provider invents an access_url, which tf-helper would refuse, and a start_count of 0, with which it would not
# run at all.
mock_provider "coder" {
  mock_data "coder_workspace" {
    defaults = {
      access_url  = "https://coder.example.com"
      start_count = 1
    }
  }
}

variables {
  show_warnings = false
}

run "the_template_without_the_module" {
  override_module {
    target  = module.aibridge_proxy
    outputs = { wrapper_path = "/tmp/aibridge-proxy/ai-proxy" }
  }

  assert {
    condition     = coder_app.claude.command == "/tmp/aibridge-proxy/ai-proxy claude"
    error_message = "The app does not run the wrapper."
  }
}

run "the_template_and_the_module_without_tf_helper" {
  override_data {
    target = module.aibridge_proxy.data.external.settings
    values = {
      result = {
        version            = "1.0.0"
        proxy_url          = "https://aiproxy.example.com"
        cert_path          = "/tmp/aibridge-proxy/ca-cert.pem"
        ca_bundle_path     = "/tmp/aibridge-proxy/ca-cert.bundle.pem"
        wrapper_path       = "/tmp/aibridge-proxy/ai-proxy"
        access_url         = "https://coder.example.com"
        client_env         = "{}"
        warnings           = "[]"
        ca_cert_pem        = ""
        ca_cert_sha256     = ""
        ca_cert_subject    = ""
        ca_cert_not_after  = ""
        extra_ca_certs_pem = ""
      }
    }
  }

  override_data {
    target = module.aibridge_proxy.data.external.agent
    values = { result = { agent_id = "agent" } }
  }

  assert {
    condition     = coder_app.claude.command == "/tmp/aibridge-proxy/ai-proxy claude"
    error_message = "The app does not run the wrapper."
  }
}

run "a_workspace_that_stops" {
  override_data {
    target = module.aibridge_proxy.data.coder_workspace.me
    values = { start_count = 0 }
  }

  assert {
    condition     = coder_app.claude.command == "/tmp/aibridge-proxy/ai-proxy claude"
    error_message = "The app does not run the wrapper."
  }
}

# This one runs tf-helper, so it also finds settings that the module refuses.
run "a_plan_with_tf_helper" {
  command = plan

  assert {
    condition     = module.aibridge_proxy.proxy_url == "https://aiproxy.example.com"
    error_message = "The URL of the proxy is not the one of the template."
  }
}
