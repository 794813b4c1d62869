# A workspace that starts, with a result in the place of tf-helper's: what the module itself makes of it. Like the files
# about stopping, validations and versions, this one needs neither tf-helper nor a Coder deployment.

variables {
  agent_id               = "agent"
  proxy_url              = "https://aiproxy.example.com"
  wrapper_path           = "/home/coder/ai-proxy"
  coder_token_as_api_key = true
  helper                 = ["/missing/tf-helper"]
}

run "outputs_and_script_are_composed_of_the_result" {
  override_data {
    target = data.coder_workspace.me
    values = { access_url = "https://given.example.com", start_count = 1 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "mock-token" }
  }

  override_data {
    target = data.external.settings
    values = {
      result = {
        version            = "1.0.0"
        proxy_url          = "https://normalized.example.com"
        cert_path          = "/certs/ca.pem"
        access_url         = "https://coder.example.com"
        ca_bundle_path     = "/certs/ca.bundle.pem"
        wrapper_path       = "/normalized/ai-proxy"
        ca_cert_pem        = "the CA certificate"
        extra_ca_certs_pem = ""
        ca_cert_sha256     = "00ff"
        ca_cert_subject    = "CN=proxy CA"
        ca_cert_not_after  = "2036-11-22T08:00:00Z"
        client_env         = "{\"NO_PROXY\": \"localhost\", \"UNKNOWN_TO_THIS_MODULE\": \"1\"}"
        warnings           = "[]"
      }
    }
  }

  override_data {
    target = data.external.agent
    values = { result = { agent_id = "normalized-agent" } }
  }

  assert {
    condition = (
      output.proxy_url == "https://normalized.example.com"
      && output.proxy_auth_url == "https://coder:mock-token@normalized.example.com"
      && output.cert_path == "/certs/ca.pem"
      && output.ca_bundle_path == "/certs/ca.bundle.pem"
      && output.wrapper_path == "/normalized/ai-proxy"
      && output.ca_cert == { sha256 = "00ff", subject = "CN=proxy CA", not_after = "2036-11-22T08:00:00Z" }
    )
    error_message = "an output does not have the result's value"
  }

  assert {
    condition = (
      output.env["HTTPS_PROXY"] == output.proxy_auth_url
      && output.env["NO_PROXY"] == "localhost"
      && output.env["CODEX_API_KEY"] == "mock-token"
      && !contains(keys(output.env), "UNKNOWN_TO_THIS_MODULE")
    )
    error_message = "env has other names or values than expected"
  }

  assert {
    condition = (
      coder_script.aibridge_proxy_setup.agent_id == "normalized-agent"
      && strcontains(coder_script.aibridge_proxy_setup.script, "the CA certificate")
    )
    error_message = "the script does not have the result's values"
  }
}
