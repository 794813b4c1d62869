"""`tf-helper exec`: a command with the environment that the module gives to a tool."""

import contextlib
import os
import signal
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tf_helper.client_env import API_KEY_VARIABLES, PROXY_VARIABLES, client_env
from tf_helper.coder.session_token import TOKEN_VARIABLES
from tf_helper.commands.environment import complete
from tf_helper.commands.parser import Parser, Subparsers, settings_pairs
from tf_helper.errors import Problem, error_text, redacted
from tf_helper.query import Query
from tf_helper.streams import print_error
from tf_helper.values.proxy_auth_url import proxy_auth_url

SETTINGS = ("proxy_url", "cert_path", "access_url", "no_proxy")

# As in env(1) and shells.
_CANNOT_RUN, _NOT_FOUND = 126, 127

_ENVIRONMENT_AT_START = Path("/proc/self/environ")

_DESCRIPTION = """\
Runs a command with the environment that the module gives to a tool:

  tf-helper exec --proxy-url http://aiproxy.example.com:8888 \\
    --coder-token-as-api-key -- claude -p "say hello"

The token comes from CODER_WORKSPACE_OWNER_SESSION_TOKEN or
CODER_SESSION_TOKEN. A setting that is not given comes from TF_HELPER_<KEY>,
for example TF_HELPER_PROXY_URL; access_url also from CODER_URL or
CODER_AGENT_URL. In a tool's own process, the other settings come from the
same variables as for tf-helper doctor.
"""

_EPILOG = """\
exit status: the command's; 1 if the settings were refused, 2 for wrong usage,
126 if the command cannot be run, 127 if it cannot be found
"""


def add_parser(commands: Subparsers) -> Parser:
    """Add the command."""
    parser = commands.add_parser(
        "exec",
        help="run a command with the environment that a tool gets",
        usage="tf-helper exec [OPTIONS] [SETTINGS] -- COMMAND [ARGUMENT ...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument(
        "--coder-token-as-api-key",
        action="store_true",
        help=f"also set {', '.join(variable.name for variable in API_KEY_VARIABLES)} to the token",
    )
    parser.add_settings(SETTINGS)
    return parser


def load(options: Namespace) -> Callable[[], int]:
    """Return what becomes the command, and returns an exit status only if that fails. Raises Invalid when called."""

    def run() -> int:
        settings = complete(settings_pairs(options), SETTINGS, os.environ)
        query = settings.parse_query()
        if not settings.token.value:
            missing = Problem("no session token in the environment", f"set {' or '.join(TOKEN_VARIABLES)}")
            print_error(error_text(settings.token.withheld or missing))
            return 1
        _warn_of_missing_files(query.cert_path.path, query.cert_path.bundle_path)
        env = tool_env(query, settings.token.value, with_api_keys=options.coder_token_as_api_key)
        return _become(options.command_line, _own_environment() | env)

    return run


def tool_env(query: Query, token: str, *, with_api_keys: bool = False) -> dict[str, str]:
    """Return what the module's output `env` contains, there `with_api_keys` is coder_token_as_api_key."""
    authenticated = proxy_auth_url(query.proxy_url.origin, token)
    api_keys = [variable.name for variable in API_KEY_VARIABLES if with_api_keys]
    return (
        client_env(query.no_proxy_value, query.cert_path)
        | dict.fromkeys(PROXY_VARIABLES, authenticated)
        | dict.fromkeys(api_keys, token)
    )


def _warn_of_missing_files(*paths: str) -> None:
    for path in paths:
        if not os.access(path, os.R_OK):
            print_error(f"tf-helper: warning: {path} is missing or cannot be read; run tf-helper doctor for the cause")


def _own_environment() -> dict[str, str]:
    # An entry without a name cannot be passed on.
    environment = {name: value for name, value in os.environ.items() if name}
    # Python sets it for itself in the C locale (PEP 538); the command gets what the caller gave.
    with contextlib.suppress(OSError):  # not known: leave it
        variables = _ENVIRONMENT_AT_START.read_bytes().split(b"\0")
        environment.pop("LC_CTYPE", None)
        for variable in variables:
            name, _, value = os.fsdecode(variable).partition("=")
            if name == "LC_CTYPE":
                environment[name] = value
    return environment


def _become(command_line: Sequence[str], environment: Mapping[str, str]) -> int:
    # Python ignores these for itself, and a program would inherit that.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execvpe(command_line[0], list(command_line), environment)  # noqa: S606 - no shell on purpose
    except OSError as error:
        print_error(f"tf-helper: error: cannot run {redacted(command_line[0])}: {error.strerror}")
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _CANNOT_RUN
