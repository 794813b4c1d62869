"""What docs/tested-tools.md advises for clients that have no variable for something."""

from __future__ import annotations

from tests.ai_tools.catalog.tool import ANTHROPIC, ANTHROPIC_KEY, GITHUB, Tool
from tests.ai_tools.packages import SystemProgram

ASK_BY_CURL = (
    'curl --silent --show-error --header "X-Api-Key: $ANTHROPIC_API_KEY" --json '
    '\'{{"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{{"role": "user", "content": "Say hello."}}]}}\' '
    f"https://{ANTHROPIC}/v1/messages"
)
ONLY_TLS_1_2 = r'printf "[overrides]\ndisabled-version = tls1.3\n" > "$GNUTLS_SYSTEM_PRIORITY_FILE"'

ADVISED_CLIENTS = (
    Tool(
        "Clients",
        "curl, `proxy-cacert` in `~/.curlrc`",
        (SystemProgram("curl"),),
        ANTHROPIC,
        ("sh", "-c", f'echo "proxy-cacert = {{bundle}}" > ~/.curlrc && exec {ASK_BY_CURL}'),
        ANTHROPIC_KEY,
    ),
    Tool(
        "Clients",
        "git on GnuTLS, `GNUTLS_SYSTEM_PRIORITY_FILE`",
        (SystemProgram("git", "usr/lib/*/libcurl-gnutls.so.4"),),
        GITHUB,
        ("sh", "-c", f"{ONLY_TLS_1_2} && exec git ls-remote https://{GITHUB}/example.git"),
        {"GNUTLS_SYSTEM_PRIORITY_FILE": "{home}/gnutls", "GIT_CURL_VERBOSE": "1"},
        shows="SSL connection using TLS1.2",
    ),
)
