"""The environment of the process, one contradiction at a time.

In the values, {0} is the patient.
"""

from __future__ import annotations

import json
import os
from functools import partial
from typing import TYPE_CHECKING

from tests.doctor.fault import Faults
from tests.doctor.patient import PROVIDER
from tests.harness.deployment import TOKEN
from tests.harness.raw_server import RawServer, silent
from tf_helper.doctor import runner
from tf_helper.doctor.checks import responses
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


CLAUDE = "~/.claude/settings.json"


def claude(**variables: object) -> str:
    return json.dumps({"env": variables})


CODEX = "~/.codex/config.toml"
AT = 'base_url = "https://llm.example.com/v1"'
# How a provider can be written, and the key that is sent to it.
LONG = f'"{"x" * 70}{TOKEN}"'
CODEX_PROVIDERS = {
    "an inline table": (
        "MY_KEY",
        f'model_provider = "mine" # one\n[model_providers]\nmine = {{ n = [1, 2], {AT}, env_key = "MY_KEY" }}\n',
    ),
    "a profile": (
        "MY_KEY",
        f'model_provider = "x"\nprofile = "p"\n[profiles.p]\nmodel_provider = "w"\n[model_providers.w]\n{AT}\n'
        "env_key = 'MY_KEY'\n",
    ),
    "a table with a quoted name": (
        "MY_KEY",
        f'model_provider = "my \u00f6wn"\n[ model_providers . "my \u00f6wn" ]\n{AT}\nenv_key = "MY_KEY"\n',
    ),
    "dotted keys": (
        "MY_KEY",
        f'model_provider = "mine"\nmodel_providers.mine.env_key = "MY_KEY"\nmodel_providers.mine.{AT}\n',
    ),
    "a file that is not TOML": ("MY_KEY", f'model_provider = "m"\n[model_providers.m]\n{AT}\nenv_key = "MY_KEY"\n]]\n'),
    "a file that wants OpenAI's key, too": (
        "MY_KEY",
        f'model_provider = "m"\n[model_providers.m]\n{AT}\nenv_key = "MY_KEY"\nrequires_openai_auth = true # mine\n',
    ),
    "a file with the key": (
        "model_providers.m.experimental_bearer_token",
        f'model_provider = "m"\n[model_providers.m]\n{AT}\nexperimental_bearer_token = "{TOKEN}"\n',
    ),
    "a file with the key in a header": (
        "model_providers.m.http_headers.Authorization",
        f'model_provider = "m"\n[model_providers.m]\n{AT}\nhttp_headers = {{ "Authorization" = "Bearer {TOKEN}" }}\n',
    ),
    "a file with the key in the query": (
        "model_providers.m.query_params.key",
        f'model_provider = "m"\n[model_providers.m]\n{AT}\nquery_params = {{ key = "{TOKEN}" }}\n',
    ),
    "a file with a header from a variable": (
        "MY_KEY",
        f'model_provider = "m"\n[model_providers.m]\n{AT}\n[model_providers.m.env_http_headers]\nkey = "MY_KEY"\n',
    ),
}


# A name that begins with ~ is a file's. What a tool's process has otherwise is what the module gives it.
FAILING: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "two proxies": (
        {"HTTPS_PROXY": ELSEWHERE},
        (
            f"HTTPS_PROXY leads to {ELSEWHERE}",
            "$ tf-helper exec --proxy-url http://aiproxy.example.com",
        ),
    ),
    "a proxy variable without the token": (both("HTTPS_PROXY", PROXY), ("HTTPS_PROXY has no token in it",)),
    "a proxy variable that is not a URL": (both("HTTPS_PROXY", "word"), ("HTTPS_PROXY is not the URL of a proxy",)),
    "a proxy variable that is set to nothing": (
        {"https_proxy": ""},
        ("https_proxy is empty, so Python and Node.js's fetch go past the proxy",),
    ),
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
    "the token for a provider that is not intercepted": (
        {"OPENAI_API_KEY": TOKEN},
        ("OPENAI_API_KEY is the Coder token, and goes to api.openai.com,", "enable the provider", "to get a new one"),
    ),
    "the token for a provider without the proxy": (
        both("HTTPS_PROXY", "") | {"ANTHROPIC_AUTH_TOKEN": TOKEN},
        ("ANTHROPIC_AUTH_TOKEN is the Coder token, and without HTTPS_PROXY it goes to api.anthropic.com",),
    ),
    "the token for another host": (
        {"ANTHROPIC_API_KEY": TOKEN, "ANTHROPIC_BASE_URL": "https://llm.example.com/v1"},
        ("and ANTHROPIC_BASE_URL sends it to https://llm.example.com", "unset one of the two"),
    ),
    "the token for an intercepted host with a dot behind it": (
        {"ANTHROPIC_AUTH_TOKEN": TOKEN, "ANTHROPIC_BASE_URL": f"https://{PROVIDER}./v1"},
        (f"and ANTHROPIC_BASE_URL sends it to https://{PROVIDER}.",),
    ),
    "the token for a base URL with a password": (
        {"ANTHROPIC_API_KEY": TOKEN, "ANTHROPIC_BASE_URL": "https://x:y@h"},
        ("ANTHROPIC_BASE_URL sends it to https://h",),
    ),
    "the token for another host of Claude Code's settings": (
        {"ANTHROPIC_AUTH_TOKEN": TOKEN, CLAUDE: claude(ANTHROPIC_BASE_URL="https://llm.example.com")},
        ("ANTHROPIC_BASE_URL in ~/.claude/settings.json sends it to https://llm.example.com",),
    ),
    "the token for a provider of Codex's own": (
        {
            "MY_KEY": TOKEN,
            "~/.codex/config.toml": 'model_provider = "mine"\n[model_providers.mine]\n'
            "base_url = 'https://llm.example.com/v1' # mine\nenv_key = \"MY_KEY\"\n",
        },
        ("MY_KEY is the Coder token, and model_providers.mine.base_url in ~/.codex/config.toml sends it to",),
    ),
    "the token past the proxy by NO_PROXY": (
        bypass(PROVIDER) | {"ANTHROPIC_AUTH_TOKEN": TOKEN},
        (f"ANTHROPIC_AUTH_TOKEN is the Coder token, and NO_PROXY takes it past the proxy to {PROVIDER}",),
    ),
    "the token past the proxy by Claude Code's own proxy": (
        {"ANTHROPIC_AUTH_TOKEN": TOKEN, CLAUDE: claude(https_proxy=ELSEWHERE)},
        (
            f"https_proxy in {CLAUDE} takes it past the proxy to {PROVIDER}",
            f"correct or remove https_proxy in {CLAUDE}",
        ),
    ),
    "the token past the proxy by Claude Code's own proxy that is none": (
        {"ANTHROPIC_AUTH_TOKEN": TOKEN, CLAUDE: claude(https_proxy="", HTTPS_PROXY="")},
        (f"ANTHROPIC_AUTH_TOKEN is the Coder token, and without HTTPS_PROXY it goes to {PROVIDER}",),
    ),
    "the token past the proxy by Claude Code's own exceptions": (
        {"ANTHROPIC_AUTH_TOKEN": TOKEN, CLAUDE: claude(NO_PROXY=PROVIDER)},
        (f"NO_PROXY in {CLAUDE} takes it past the proxy to {PROVIDER}",),
    ),
    "the token in Claude Code's settings past the proxy by NO_PROXY": (
        bypass(PROVIDER) | {CLAUDE: claude(ANTHROPIC_API_KEY=TOKEN)},
        (f"ANTHROPIC_API_KEY is the Coder token, and NO_PROXY takes it past the proxy to {PROVIDER}",),
    ),
    "the token past the proxy by Codex's own proxy": (
        {"OPENAI_API_KEY": TOKEN, "~/.codex/.env": f"HTTPS_PROXY={ELSEWHERE}\n"},
        ("HTTPS_PROXY in ~/.codex/.env takes it past the proxy to api.openai.com",),
    ),
    **{
        f"the token for a provider of Codex's own in {form}": (
            {"MY_KEY": TOKEN, CODEX: text},
            (f"{key} is the Coder token, and ", f".base_url in {CODEX} sends it to https://llm.example.com"),
        )
        for form, (key, text) in CODEX_PROVIDERS.items()
    },
    "the token for a provider of Codex's own that wants OpenAI's key": (
        {
            "CODEX_API_KEY": TOKEN,
            CODEX: f'model_provider = "m"\n[model_providers.m]\n{AT}\nrequires_openai_auth = true\n',
        },
        ("CODEX_API_KEY is the Coder token, and model_providers.m.base_url",),
    ),
    "the token for a provider of Codex's own without a URL": (
        {"MY_KEY": TOKEN, CODEX: 'model_provider = "m"\n[model_providers.m]\nname = "m"\nenv_key = "MY_KEY"\n'},
        (f"MY_KEY is the Coder token, and model_providers.m in {CODEX} sends it to https://api.openai.com",),
    ),
    "the token for a provider in a file with a byte order mark": (
        {"MY_KEY": TOKEN, CODEX: "\ufeff" + CODEX_PROVIDERS["dotted keys"][1]},
        ("MY_KEY is the Coder token, and model_providers.mine.base_url",),
    ),
    "the token in the name of a provider": (
        {"MY_KEY": TOKEN, CODEX: CODEX_PROVIDERS["a profile"][1].replace('"w"', LONG).replace(".w", f".{LONG}")},
        ('MY_KEY is the Coder token, and model_providers."...".base_url',),
    ),
    "the token in Codex's own file for a provider of its own": (
        {"~/.codex/.env": f"MY_KEY={TOKEN}\n", CODEX: CODEX_PROVIDERS["a profile"][1]},
        ("MY_KEY is the Coder token, and model_providers.w.base_url",),
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
    "Claude Code's own proxy": (
        {CLAUDE: claude(https_proxy=ELSEWHERE, CLAUDE_CODE_USE_VERTEX=1)},
        (
            f"Claude Code takes https_proxy, which leads to {ELSEWHERE}, not to http://aiproxy.example.com",
            "(~/.claude/settings.json wins over the environment)",
            "Google Vertex AI is asked by Claude Code",
            "-> correct it or remove it in ~/.claude/settings.json",
        ),
    ),
    "an old token in Claude Code's settings": (
        {CLAUDE: claude(HTTPS_PROXY="http://coder:old@%PROXY%"), "CLAUDE_CONFIG_DIR": "{0.directory}/home/.claude"},
        ("HTTPS_PROXY, which has another token", "($CLAUDE_CONFIG_DIR/settings.json wins"),
    ),
    "Claude Code's own files and exceptions": (
        {CLAUDE: claude(NODE_EXTRA_CA_CERTS="/etc/hosts", NO_PROXY=PROVIDER)},
        ("takes NODE_EXTRA_CA_CERTS, which names a file other", "takes NO_PROXY, which is not the module's"),
    ),
    "Codex's own proxy": (
        {"~/.codex/.env": f'# mine\nexport HTTPS_PROXY="{ELSEWHERE}"\nCODEX_CA_CERTIFICATE=/x\n'},
        (f"Codex takes HTTPS_PROXY, which leads to {ELSEWHERE}", "(~/.codex/.env wins over the environment)"),
    ),
    "Codex's own base URL": (
        {"~/.codex/config.toml": 'openai_base_url = "https://llm.example.com/v1"\n'},
        ("Codex takes openai_base_url, which leads to https://llm.example.com past AI Gateway",),
    ),
    "another base URL": (
        {"OPENAI_BASE_URL": "https://llm.example.com/v1"},
        ("what uses OpenAI's SDKs takes OPENAI_BASE_URL, which leads to https://llm.example.com past AI Gateway",),
    ),
    "the deployment's gateway as base URL": (
        {"OPENAI_BASE_URL": "{0.deployment.url}/api/v2/aibridge/openai/v1", "OPENAI_API_KEY": TOKEN},
        ("takes OPENAI_BASE_URL, which leads to the deployment past the proxy",),
    ),
    "another cloud": ({"CLAUDE_CODE_USE_BEDROCK": "1"}, ("Amazon Bedrock is asked by Claude Code",)),
    "the API of Bedrock's other endpoint, or of AWS": (
        {"CLAUDE_CODE_USE_MANTLE": "1", "CLAUDE_CODE_USE_ANTHROPIC_AWS": "1"},
        ("Amazon Bedrock is asked by Claude Code", "Claude Platform on AWS is asked by Claude Code"),
    ),
    "two lists of hosts": ({"NO_PROXY": "127.0.0.1,x"}, ("NO_PROXY and no_proxy differ",)),
    "VS Code's own settings": (
        {
            "~/.local/share/code-server/User/settings.json": '{// mine\n"http.proxySupport": "off", /* and */\n'
            f'"http.proxy": "{ELSEWHERE}", "http.proxyStrictSSL": false, "a": "//",}}',
            "~/.vscode-server/data/Machine/settings.json": '{"http.systemCertificatesNode": false, '
            '"http.proxy": "http://%PROXY%", "http.systemCertificates": true}',
        },
        (
            "go past the proxy with fetch and WebSocket: http.proxySupport in ~/.local/share/code-server/User/settings",
            f"take a proxy at {ELSEWHERE}, not http://aiproxy",
            "verify no certificate: http.proxyStrictSSL",
            "do not trust the proxy's CA with fetch and WebSocket: http.systemCertificatesNode in ~/.vscode-server",
            "have another token than the one tried here, or none: http.proxy in ~/.vscode-server",
            "before VS Code 1.136: http.systemCertificates",
            "set it to false in ~/.vscode-server/data/Machine/settings.json",
        ),
    ),
    "VS Code's own settings in another directory, and many of them": (
        {
            "XDG_DATA_HOME": "{0.directory}/home/data",
            "~/data/code-server/User/settings.json": json.dumps({"a": "x" * 100_000, "http.proxySupport": "off"}),
        },
        ("http.proxySupport in $XDG_DATA_HOME/code-server/User/settings.json",),
    ),
    "Node.js with OpenSSL's store": (
        {"NODE_OPTIONS": "--max-old-space-size=4096 --use-openssl-ca --use_bundled_ca"},
        ("NODE_OPTIONS has --use-openssl-ca", "NODE_OPTIONS has --use_bundled_ca"),
    ),
}


def in_a_tool(variables: dict[str, str], patient: Patient) -> None:
    """Let the process be a tool's, with these variables changed."""
    patient.write_files({name: text for name, text in variables.items() if name.startswith("~")})
    changed = {name: value.format(patient) for name, value in variables.items() if not name.startswith("~")}
    patient.become_tool(**changed, CODER_SESSION_TOKEN=TOKEN)
    patient.monkeypatch.setattr(runner, "STEPS", [step for step in STEPS if step.name in EXAMINED])


for status, table in {"failed": FAILING, "warning": WARNING}.items():
    for name, (variables, said) in table.items():
        FAULTS.add(name, partial(in_a_tool, variables), "environment", status, *said)


@FAULTS(
    "environment",
    "warning",
    "OPENAI_API_KEY is the Coder token, and goes to api.openai.com; the proxy has not answered",
)
def the_token_for_a_provider_of_which_the_proxy_says_nothing(patient: Patient) -> None:
    patient.be_impatient()
    nowhere = patient.running.enter_context(RawServer(silent, reads_requests=False))
    port = int(nowhere.url.rpartition(":")[2])
    patient.monkeypatch.setattr(responses, "_MORE_CHALLENGES_SECONDS", 0.1)
    patient.replace_proxy(hosts={"*": port}, upstream=port)
    in_a_tool({"OPENAI_API_KEY": TOKEN}, patient)


@FAULTS("environment", "failed", "SSL_CERT_FILE names a file that belongs to another user")
def a_variable_that_names_a_file_of_another_user(patient: Patient) -> None:
    in_a_tool({"SSL_CERT_FILE": "{0.other_file}"}, patient)
    if os.getuid() == 0:
        os.chown(patient.other_file, 4321, 4321)
    patient.monkeypatch.setattr(os, "geteuid", lambda: patient.certificate.stat().st_uid or 12345)
