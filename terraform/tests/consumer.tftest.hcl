# How a template that uses this module tests itself, with neither a Coder deployment nor tf-helper.

mock_provider "coder" {}

variables {
  agent_id  = "agent"
  proxy_url = "https://aiproxy.example.com"
  helper    = ["/missing/tf-helper"]
}

run "a_mocked_coder_provider_is_enough" {
  assert {
    condition     = endswith(output.proxy_auth_url, "@aiproxy.example.com")
    error_message = "proxy_auth_url does not end with the proxy's host"
  }
}

run "overridden_data_replaces_the_helper" {
  override_data {
    target = data.coder_workspace.me
    values = { start_count = 1 }
  }

  override_data {
    target = data.coder_workspace_owner.me
    values = { session_token = "token" }
  }

  override_data {
    target = data.external.settings
    values = {
      result = {
        version            = "0.1.0"
        proxy_url          = "https://overridden.example.com"
        cert_path          = "/certs/ca.pem"
        access_url         = "https://coder.example.com"
        ca_bundle_path     = "/certs/ca.bundle.pem"
        wrapper_path       = ""
        ca_cert_pem        = ""
        extra_ca_certs_pem = ""
        ca_cert_sha256     = ""
        ca_cert_subject    = ""
        ca_cert_not_after  = ""
        client_env         = "{\"NO_PROXY\": \"localhost\"}"
        warnings           = "[]"
      }
    }
  }

  override_data {
    target = data.external.agent
    values = { result = { agent_id = "agent" } }
  }

  assert {
    condition     = output.proxy_auth_url == "https://coder:token@overridden.example.com"
    error_message = "proxy_auth_url is not made of the overridden values"
  }

  assert {
    condition     = output.env["NO_PROXY"] == "localhost"
    error_message = "env does not have the overridden value"
  }
}
