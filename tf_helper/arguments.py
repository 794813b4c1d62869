"""The command line's arguments, and the help."""

import argparse
from collections.abc import Mapping
from dataclasses import Field
from typing import Any

from tf_helper import __version__
from tf_helper.answer import RESULT_KEYS
from tf_helper.client_env import CLIENT_VARIABLES
from tf_helper.query import QUERY_KEYS

USAGE = """\
tf-helper reads a query as JSON from standard input, as Terraform's external data source sends it.
Try: echo '{"proxy_url": "https://aiproxy.example.com"}' | tf-helper
More: tf-helper --help
"""

_DESCRIPTION = """\
Checks and normalises the settings of Coder's AI Bridge Proxy for Terraform's "external" data source.
Without arguments it reads one JSON object of strings from standard input and writes one to standard output.
"""

_EPILOG = """\
example:
  echo '{{"proxy_url": " HTTPS://AIProxy.Example.com:443/ ", "cert_path": "/home/coder//ca.pem"}}' | tf-helper

query keys (absent, null and "" mean the default):
{query}

result keys ("" means none):
{result}

variables in client_env, what they do to a client's proxy or trust store, and who reads them:
{client_env}

exit status:
  0    answered
  1    refused: standard error says what is wrong, nothing is on standard output
  2    wrong usage
  130  interrupted

environment:
  CODER_WORKSPACE_OWNER_SESSION_TOKEN, or where that is not set CODER_SESSION_TOKEN
                     the token for fetch_ca_cert; without one nothing is downloaded
  TF_HELPER_DEBUG=1  adds a traceback where an error was not foreseen
"""


def parse_arguments(arguments: list[str]) -> None:
    """Handle --help and --version, and refuse what is neither. Raises SystemExit with status 0 or 2."""
    parser = argparse.ArgumentParser(
        prog="tf-helper",
        description=_DESCRIPTION,
        epilog=_EPILOG.format(query=_table(QUERY_KEYS), result=_table(RESULT_KEYS), client_env=_client_variables()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    setattr(parser, "color", False)  # noqa: B010 - Python 3.14 colours the help; older ones do not know the attribute
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.parse_args(arguments)


def _table(keys: Mapping[str, Field[Any]]) -> str:
    width = max(map(len, keys))
    return "\n".join(f"  {name:{width}}  {key.metadata['description']}" for name, key in keys.items())


def _client_variables() -> str:
    names, effects = (max(len(variable[column]) for variable in CLIENT_VARIABLES) for column in (0, 1))
    return "\n".join(
        f"  {variable.name:{names}}  {variable.effect:{effects}}  {variable.read_by}" for variable in CLIENT_VARIABLES
    )
