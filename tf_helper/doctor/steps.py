"""The steps of the examination, in the order of a real request."""

from tf_helper.doctor.checks.connect import connect_with_token, connect_without_token
from tf_helper.doctor.checks.deployment import ca_endpoint, deployment, session_token, user
from tf_helper.doctor.checks.environment import environment
from tf_helper.doctor.checks.files import bundle_file, certificate_file
from tf_helper.doctor.checks.proxy import proxy_dns, proxy_tcp, proxy_tls
from tf_helper.doctor.checks.tunnels import GATEWAY_SECONDS, gateway, provider, strict_client, tunnelled
from tf_helper.doctor.finding import Step

STEPS = (
    Step("proxy_dns", "proxy: DNS", proxy_dns),
    Step("proxy_tcp", "proxy: TCP", proxy_tcp, needs=("proxy_dns",)),
    Step("proxy_tls", "proxy: TLS", proxy_tls, needs=("proxy_tcp",)),
    Step("deployment", "deployment", deployment),
    Step("session_token", "session token", session_token),
    Step("user", "token's user", user, needs=("deployment", "session_token")),
    Step("ca_endpoint", "CA certificate", ca_endpoint, needs=("user",)),
    Step("connect_without_token", "proxy: challenge", connect_without_token, needs=("proxy_tls",)),
    Step("connect_with_token", "proxy: token", connect_with_token, needs=("connect_without_token", "session_token")),
    # Which certificate should be there depends on the one that the proxy signs with.
    Step("certificate_file", "certificate on disk", certificate_file, in_workspace=True),
    Step("bundle_file", "bundle on disk", bundle_file, in_workspace=True),
    Step("provider", "AI provider", provider, needs=("connect_with_token",)),
    Step("gateway", "AI gateway", gateway, needs=("provider",), seconds=GATEWAY_SECONDS),
    Step("strict_client", "strict TLS clients", strict_client, needs=("provider",)),
    Step("tunnelled", "other hosts", tunnelled, needs=("connect_without_token",)),
    Step("environment", "environment", environment, in_workspace=True),
)
