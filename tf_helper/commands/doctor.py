"""`tf-helper doctor`: the command line of the examination."""

import os
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable

from tf_helper.commands.environment import complete
from tf_helper.commands.parser import Parser, Subparsers, settings_pairs
from tf_helper.errors import Invalid
from tf_helper.values.host import parse_host

SETTINGS = ("proxy_url", "cert_path", "access_url", "ca_cert_pem", "extra_ca_certs_pem")

_DESCRIPTION = """\
Follows the path of a real request through AI Bridge Proxy, step by step, and
says where it ends and what to do:

  tf-helper doctor --proxy-url http://aiproxy.example.com:8888 \\
    --access-url https://coder.example.com

The token comes from CODER_WORKSPACE_OWNER_SESSION_TOKEN or
CODER_SESSION_TOKEN. A setting that is not given comes from TF_HELPER_<KEY>,
for example TF_HELPER_PROXY_URL; access_url also from CODER_URL or
CODER_AGENT_URL. In a tool's own process, proxy_url and the token come from
HTTPS_PROXY, and cert_path from SSL_CERT_FILE and the like. A token goes to
its own deployment and proxy only.
"""

_EPILOG = """\
exit status: 0 if nothing failed, 1 if something did, 2 for wrong usage
"""


def add_parser(commands: Subparsers) -> Parser:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        help="find out why a tool cannot use the proxy",
        usage="tf-helper doctor [OPTIONS] [SETTINGS]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.add_argument(
        "--provider-host",
        type=_host,
        metavar="HOST",
        help="host of an AI provider that the proxy intercepts (default: those that are known)",
    )
    parser.add_argument(
        "--tunnelled-host",
        type=_host,
        default="example.com",
        metavar="HOST",
        help="host that it does not intercept (default %(default)s)",
    )
    parser.add_argument(
        "--on-provisioner",
        action="store_true",
        help="skip what only a workspace has: the files, and a tool's environment",
    )
    parser.add_settings(SETTINGS)
    return parser


def load(options: Namespace) -> Callable[[], int]:
    """Return what examines and reports on standard output. Raises OutputError when called."""
    from tf_helper.doctor.context import Context
    from tf_helper.doctor.report import as_json, as_text
    from tf_helper.doctor.runner import examine

    def run() -> int:
        settings = complete(settings_pairs(options), SETTINGS, os.environ)

        def context() -> Context:
            return Context(
                query=settings.parse_query(),
                token=settings.token.value,
                token_withheld=settings.token.withheld,
                environment=dict(os.environ),
                provider_host=options.provider_host or "",
                tunnelled_host=options.tunnelled_host,
                in_workspace=not options.on_provisioner,
            )

        report = as_json if options.json else as_text
        return int(not report(examine(context)))

    return run


def _host(text: str) -> str:
    try:
        return parse_host(text)
    except Invalid as invalid:
        raise ArgumentTypeError(invalid.problems[0].message) from None
