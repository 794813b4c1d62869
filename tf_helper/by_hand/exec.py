"""`tf-helper exec -- COMMAND`: a command with the environment that the module gives to a tool."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from tf_helper.answer import answer
from tf_helper.by_hand.environment import settings
from tf_helper.by_hand.parser import Parser, query_pairs
from tf_helper.client_env import PROXY_USER, PROXY_VARIABLES
from tf_helper.query import Query
from tf_helper.session_token import VARIABLES

# As env(1) and shells have it.
_NOT_FOUND, _CANNOT_RUN = 127, 126

_AFTER_HYPHENS = "a command follows two hyphens (-- COMMAND)"

_ENVIRONMENT_AT_START = Path("/proc/self/environ")

_DESCRIPTION = """\
Runs one command with the environment variables that the module gives to a tool, and nothing else changed:

  tf-helper exec --proxy-url http://aiproxy.example.com:8888 -- curl -sS https://api.anthropic.com

The token is the environment's (CODER_WORKSPACE_OWNER_SESSION_TOKEN or CODER_SESSION_TOKEN). A setting that is not given
is the variable TF_HELPER_<KEY>, for example TF_HELPER_PROXY_URL; access_url may also be in CODER_URL.
"""

_EPILOG = """\
exit status: the command's; 1 if the settings were refused, 2 for wrong usage, 126 if the command cannot be run, 127 if
there is none of that name
"""


def main(arguments: Sequence[str]) -> int:
    """Become the command, which is what follows `--`; return the exit status where that fails.

    Raises Invalid and SystemExit.
    """
    parser = Parser("tf-helper exec", description=_DESCRIPTION, epilog=_EPILOG, words=_AFTER_HYPHENS)
    parser.usage = "tf-helper exec [settings] -- COMMAND [ARGUMENT ...]"
    parser.add_query_options()
    own = list(arguments)
    command: list[str] = []
    if "--" in own:
        separator = own.index("--")
        own, command = own[:separator], own[separator + 1 :]
    options = parser.parse(own)
    if not command or not command[0]:
        parser.error(f"there is no command: {_AFTER_HYPHENS}")
    given = settings(query_pairs(options), os.environ)
    query, token = given.parse_query(), given.token
    if not token:
        print(f"tf-helper: error: there is no session token\n  hint: set {' or '.join(VARIABLES)}", file=sys.stderr)
        return 1
    _warn_of_files(query.cert_path.path, query.cert_path.bundle_path)
    return _become(command, _own_environment() | tool_env(query, token))


def tool_env(query: Query, token: str) -> dict[str, str]:
    """Return what the module's output `env` holds."""
    scheme, _, host_and_port = str(query.proxy_url.origin).partition("://")
    # Bytes that are no text stay what they are.
    proxy_auth_url = f"{scheme}://{PROXY_USER}:{quote(token, safe='', errors='surrogateescape')}@{host_and_port}"
    client_env: dict[str, str] = json.loads(answer(query, token="").client_env)
    return client_env | dict.fromkeys(PROXY_VARIABLES, proxy_auth_url)


def _warn_of_files(*paths: str) -> None:
    for path in paths:
        if not os.access(path, os.R_OK):
            print(
                f"tf-helper: warning: {path} is missing or cannot be read; tf-helper doctor says more", file=sys.stderr
            )


def _own_environment() -> dict[str, str]:
    environment = dict(os.environ)
    # Python sets it for itself where the locale is C (PEP 538); the command shall have what the caller gave.
    with contextlib.suppress(OSError):  # not known: leave it
        variables = _ENVIRONMENT_AT_START.read_bytes().split(b"\0")
        environment.pop("LC_CTYPE", None)
        for variable in variables:
            name, _, value = os.fsdecode(variable).partition("=")
            if name == "LC_CTYPE":
                environment[name] = value
    return environment


def _become(command: Sequence[str], environment: Mapping[str, str]) -> int:
    # Python ignores these for itself, and a program would inherit that.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606 - no shell on purpose
    except OSError as error:
        print(f"tf-helper: error: cannot run {command[0]!a}: {error.strerror}", file=sys.stderr)
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _CANNOT_RUN
