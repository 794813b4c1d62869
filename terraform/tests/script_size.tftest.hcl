# The agent passes the script on as one argument, which Linux limits.

run "a_script_of_over_120_kib_is_refused" {
  command = plan

  variables {
    agent_id  = "agent"
    proxy_url = "https://aiproxy.example.com"
    helper = ["sh", "-c", <<-EOT
      certificates=$(head -c 122880 /dev/zero | tr '\0' x)
      echo "{\"version\": \"0.0.0\", \"agent_id\": \"agent\", \"access_url\": \"\", \"cert_path\": \"/ca.pem\",
        \"proxy_url\": \"https://h\", \"ca_bundle_path\": \"/ca.bundle.pem\", \"ca_cert_pem\": \"\", \"warnings\": \"[]\",
        \"ca_cert_sha256\": \"\", \"ca_cert_subject\": \"\", \"ca_cert_not_after\": \"\",
        \"extra_ca_certs_pem\": \"$certificates\"}"
    EOT
    ]
  }

  expect_failures = [coder_script.aibridge_proxy_setup]
}
