"""What docs/tested-tools.md advises for clients that have no variable for something."""

from __future__ import annotations

from tests.ai_tools.catalog.tool import ANTHROPIC, ANTHROPIC_KEY, GITHUB, Tool
from tests.ai_tools.packages import LANGUAGES, SystemProgram
from tests.harness.cells import CELLS, OVER_TLS

ASK_BY_CURL = (
    'curl --silent --show-error --header "X-Api-Key: $ANTHROPIC_API_KEY" --json '
    '\'{{"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{{"role": "user", "content": "Say hello."}}]}}\' '
    f"https://{ANTHROPIC}/v1/messages"
)
ONLY_TLS_1_2 = r'printf "[overrides]\ndisabled-version = tls1.3\n" > "$GNUTLS_SYSTEM_PRIORITY_FILE"'

RUBY = "`net/http` takes `http_proxy` for `https` URLs. Set it for this process, if the proxy has an `http` URL"
PHP = "PHP's streams ignore the environment. Pass the context `proxy` and the header `Proxy-Authorization`"
JAVA = "Java ignores the environment. Pass `HttpClient` a proxy, an `Authenticator` and an `SSLContext`"
PLAIN = "It speaks plain HTTP to every proxy"


def language(name: str, command: str, bypasses: str = "", fails: str = "", past: frozenset[str] = frozenset()) -> Tool:
    """Return a script that uses a language's standard library: a program, the file and its options."""
    program, file, *options = command.split()
    return Tool(
        "Clients",
        name,
        (SystemProgram(program),),
        ANTHROPIC,
        (program, str(LANGUAGES / file), *options),
        ANTHROPIC_KEY,
        bypasses=dict.fromkeys(CELLS, bypasses) if bypasses else {},
        fails=dict.fromkeys(OVER_TLS, fails) if fails else {},
        past=past,
    )


LANGUAGE_CLIENTS = (
    language("Ruby `net/http`", "ruby ask.rb", RUBY),
    # It looks up the host for `no_proxy`, and works without an answer.
    language(
        "Ruby `net/http`, `http_proxy`",
        "ruby ask.rb http_proxy",
        fails=PLAIN,
        past=frozenset({f"dns {ANTHROPIC}"}),
    ),
    language("PHP streams", "php ask.php", PHP),
    language("PHP streams, `proxy`", "php ask.php proxy", fails=PLAIN),
    language("Java `HttpClient`", "java Ask.java", JAVA),
    language("Java `HttpClient`, `proxy`", "java Ask.java proxy", fails=PLAIN),
)

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
