"""The texts of `tf-helper --help`, and the usage for a terminal that is asked for a query."""

from collections.abc import Mapping
from dataclasses import Field
from typing import Any

from tf_helper.answer import RESULT_KEYS
from tf_helper.client_env import CLIENT_VARIABLES
from tf_helper.query import QUERY_KEYS

USAGE = """\
tf-helper reads a query as JSON from standard input, as Terraform's external data source sends it.
By hand:
  tf-helper --proxy-url https://aiproxy.example.com    what Terraform would get
  tf-helper doctor                                     find out what is wrong
  tf-helper exec -- COMMAND ...                        run a command through the proxy
More: tf-helper --help
"""

DESCRIPTION = """\
Checks and normalises the settings of Coder's AI Bridge Proxy for Terraform's "external" data source.
Without arguments it reads one JSON object of strings from standard input and writes one to standard output.
With options it answers the same, to be read by a person. It has two commands, each with a --help of its own:

  tf-helper doctor               follows the path of a real request and says what is wrong
  tf-helper exec -- COMMAND ...  runs a command with the environment that the module gives to a tool
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


def epilog() -> str:
    """Return what follows the options in the help."""
    return _EPILOG.format(query=_table(QUERY_KEYS), result=_table(RESULT_KEYS), client_env=_client_variables())


def _table(keys: Mapping[str, Field[Any]]) -> str:
    width = max(map(len, keys))
    return "\n".join(f"  {name:{width}}  {key.metadata['description']}" for name, key in keys.items())


def _client_variables() -> str:
    names, effects = (max(len(variable[column]) for variable in CLIENT_VARIABLES) for column in (0, 1))
    return "\n".join(
        f"  {variable.name:{names}}  {variable.effect:{effects}}  {variable.read_by}" for variable in CLIENT_VARIABLES
    )
