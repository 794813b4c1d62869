"""The environment of the process, one contradiction at a time.

In the values, {0} is the patient.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tests.doctor.fault import Faults
from tests.doctor.patient import PROVIDER
from tests.harness.deployment import TOKEN
from tf_helper.doctor import runner
from tf_helper.doctor.steps import STEPS

if TYPE_CHECKING:
    from tests.doctor.patient import Patient

FAULTS = Faults()

# The step of the environment, and those that find out what it needs to know.
EXAMINED = {"proxy_dns", "proxy_tcp", "proxy_tls", "connect_without_token", "environment"}

PROXY = "{0.settings[proxy_url]}"
ELSEWHERE = "http://proxy.example.com:3128"


def both(name: str, value: str) -> dict[str, str]:
    return {name: value, name.lower(): value}


def bypass(entries: str) -> dict[str, str]:
    return both("NO_PROXY", f"127.0.0.1,{entries}")


# What a tool's process has otherwise is what the module gives it.
FAILING: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "two proxies": (
        {"HTTPS_PROXY": ELSEWHERE},
        (
            "HTTPS_PROXY and https_proxy differ (curl, Python and Node.js take https_proxy",
            f"HTTPS_PROXY leads to {ELSEWHERE}",
            "$ tf-helper exec --proxy-url http://aiproxy.example.com",
        ),
    ),
    "a proxy variable without the token": (both("HTTPS_PROXY", PROXY), ("HTTPS_PROXY has no token in it",)),
    "a proxy variable that is not a URL": (both("HTTPS_PROXY", "word"), ("HTTPS_PROXY is not the URL of a proxy",)),
    "two lists of hosts": ({"NO_PROXY": "127.0.0.1,x"}, ("NO_PROXY and no_proxy differ",)),
    "everything bypasses the proxy": (bypass("*"), (f"takes {PROVIDER} past the proxy in Go, Node.js, Python",)),
    "the provider bypasses the proxy": (bypass(PROVIDER), ("past the proxy in curl, Go, Node.js, Python",)),
    "a wildcard that curl does not know": (bypass("*.anthropic.com"), ("past the proxy in Go, Node.js",)),
    "a wildcard of old Node.js libraries": (bypass("*anthropic.com"), ("past the proxy in Node.js",)),
    "the bare certificate for the bundle": (
        {"SSL_CERT_FILE": "{0.certificate}"},
        ("SSL_CERT_FILE names the proxy's certificate alone", "set it to the bundle"),
    ),
    "a file that does not exist": (
        {"NODE_EXTRA_CA_CERTS": "/missing"},
        ("NODE_EXTRA_CA_CERTS names a file that does not",),
    ),
    "a directory for a file": ({"DENO_CERT": "/tmp"}, ("DENO_CERT names a file that does not exist",)),
}

WARNING: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "the token of an earlier start": (
        both("HTTPS_PROXY", "http://coder:of-an-earlier-start@{0.proxy_address}"),
        ("HTTPS_PROXY has another token than the one tried here",),
    ),
    "a provider that is not enabled bypasses the proxy": (bypass("chatgpt.com"), ("takes chatgpt.com past the proxy",)),
    "the deployment does not bypass the proxy": (
        both("NO_PROXY", "localhost"),
        ("no_proxy does not include 127.0.0.1",),
    ),
    "other files": (
        {"SSL_CERT_FILE": "{0.other_file}", "GIT_SSL_CAINFO": "{0.other_file}"},
        ("SSL_CERT_FILE, GIT_SSL_CAINFO name a file other than", "CURL_CA_BUNDLE and SSL_CERT_FILE differ"),
    ),
    "a missing variable": ({"DENO_CERT": ""}, ("DENO_CERT is not set",)),
    "missing variables": ({"DENO_CERT": "", "AWS_CA_BUNDLE": ""}, ("DENO_CERT, AWS_CA_BUNDLE are not set",)),
    "a proxy for plain HTTP": ({"HTTP_PROXY": "http://h:1"}, ("HTTP_PROXY is set, but", "serves CONNECT only")),
    "a proxy for everything": ({"all_proxy": "http://h:1"}, ("all_proxy is set, but",)),
    "a directory of certificates": ({"SSL_CERT_DIR": "/etc/ssl/certs"}, ("SSL_CERT_DIR is set", "curl prefers it")),
    "npm's own proxy": (
        {"npm_config_https_proxy": ELSEWHERE},
        (f"npm takes npm_config_https_proxy, which leads to {ELSEWHERE}",),
    ),
    "npm's own proxy in upper case": ({"NPM_CONFIG_PROXY": ELSEWHERE}, ("npm takes NPM_CONFIG_PROXY, which leads to",)),
    "npm without a proxy": ({"npm_config_https_proxy": "false"}, ("which leads to no proxy",)),
    "npm's own exceptions": ({"npm_config_noproxy": "x"}, ("npm takes npm_config_noproxy", "the module's NO_PROXY")),
    "npm's own certificates": ({"npm_config_cafile": "{0.certificate}"}, ("npm takes npm_config_cafile, which names",)),
    "npm without verification": ({"npm_config_strict_ssl": "false"}, ("npm verifies no certificate",)),
    "pip's own proxy": ({"PIP_PROXY": ELSEWHERE}, ("pip takes PIP_PROXY, which leads to",)),
    "pip's own certificates": ({"PIP_CERT": "/etc/hosts"}, ("pip takes PIP_CERT, which names a file other than",)),
    "git without verification": ({"GIT_SSL_NO_VERIFY": "0"}, ("git verifies no certificate: GIT_SSL_NO_VERIFY",)),
    "Nix's certificates": ({"NIX_SSL_CERT_FILE": "/etc/hosts"}, ("takes NIX_SSL_CERT_FILE",)),
    "Node.js without verification": ({"NODE_TLS_REJECT_UNAUTHORIZED": "0"}, ("Node.js verifies no certificate",)),
    "Node.js without a proxy": ({"NODE_USE_ENV_PROXY": "0"}, ("NODE_USE_ENV_PROXY is not 1, so Node.js ignores",)),
    "Node.js with OpenSSL's store": (
        {"NODE_OPTIONS": "--max-old-space-size=4096 --use-openssl-ca"},
        ("NODE_OPTIONS has --use-openssl-ca",),
    ),
}


def in_a_tool(variables: dict[str, str], patient: Patient) -> None:
    """Let the process be a tool's, with these variables changed."""
    changed = {name: value.format(patient) for name, value in variables.items()}
    patient.become_tool(**changed, CODER_SESSION_TOKEN=TOKEN)
    patient.monkeypatch.setattr(runner, "STEPS", [step for step in STEPS if step.name in EXAMINED])


for status, table in {"failed": FAILING, "warning": WARNING}.items():
    for name, (variables, said) in table.items():
        FAULTS.add(name, partial(in_a_tool, variables), "environment", status, *said)


@FAULTS("environment", "failed", "SSL_CERT_FILE names a file that belongs to another user")
def a_variable_that_names_a_file_of_another_user(patient: Patient) -> None:
    in_a_tool({"SSL_CERT_FILE": "{0.other_file}"}, patient)
    if os.getuid() == 0:
        os.chown(patient.other_file, 4321, 4321)
    patient.monkeypatch.setattr(os, "geteuid", lambda: patient.certificate.stat().st_uid or 12345)
