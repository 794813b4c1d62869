"""`tf-helper doctor`: the command line."""

import json
import os
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence

from tf_helper.answer import answer
from tf_helper.by_hand.environment import Settings, settings
from tf_helper.by_hand.parser import Parser, query_pairs
from tf_helper.doctor.case import Case
from tf_helper.doctor.examination import Examined, examine
from tf_helper.doctor.report import as_json, as_text
from tf_helper.doctor.step import Finding, failed, ok_but_for, skipped
from tf_helper.doctor.steps import STEPS
from tf_helper.problems import Invalid
from tf_helper.query import Query
from tf_helper.values.host import parse_host

_DESCRIPTION = """\
Follows the path of a real request through AI Bridge Proxy, step by step, and says where it ends and what to do:

  tf-helper doctor --proxy-url http://aiproxy.example.com:8888 --access-url https://coder.example.com

The token is the environment's: CODER_WORKSPACE_OWNER_SESSION_TOKEN or CODER_SESSION_TOKEN. A setting that is not given
is the variable TF_HELPER_<KEY>, for example TF_HELPER_PROXY_URL. In a tool's own process proxy_url and the token come
from HTTPS_PROXY; access_url may be in CODER_URL or CODER_AGENT_URL.
"""

_EPILOG = """\
exit status: 0 if nothing failed, 1 if something did, 2 for wrong usage
"""


def main(arguments: Sequence[str]) -> int:
    """Examine and report on standard output; return the exit status. Raises SystemExit."""
    parser = Parser("tf-helper doctor", description=_DESCRIPTION, epilog=_EPILOG)
    parser.usage = "tf-helper doctor [options] [settings]"
    parser.add_argument("--json", action="store_true", help="print one JSON object when all is done")
    parser.add_argument(
        "--provider-host",
        type=_host,
        default="api.anthropic.com",
        metavar="HOST",
        help="host of an AI provider that the proxy intercepts (default %(default)s)",
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
        help="leave out what only a workspace has: the files, and the environment of a tool",
    )
    parser.add_query_options()
    options = parser.parse(arguments)
    report = as_json if options.json else as_text
    return int(not report(_examine(settings(query_pairs(options), os.environ), options)))


def _host(text: str) -> str:
    try:
        return parse_host(text)
    except Invalid as invalid:
        raise ArgumentTypeError(invalid.problems[0].sentence) from None


def _examine(given: Settings, options: Namespace) -> Iterator[Examined]:
    settings_step = Examined("settings", "settings", None)
    try:
        query = given.parse_query()
    except Invalid as invalid:
        yield settings_step._replace(finding=_refused(invalid))
        for step in STEPS:
            yield Examined(step.name, step.title, skipped("because of settings"))
        return
    yield settings_step._replace(finding=_accepted(query))
    case = Case(
        query=query,
        token=given.token,
        environment=dict(os.environ),
        provider_host=options.provider_host,
        tunnelled_host=options.tunnelled_host,
        in_workspace=not options.on_provisioner,
    )
    yield from examine(case, STEPS)


def _refused(invalid: Invalid) -> Finding:
    sentences = (f"{problem.field}: {problem.sentence}" for problem in invalid.problems)
    hints = dict.fromkeys(problem.hint for problem in invalid.problems if problem.hint)
    return failed("; ".join(sentences), "; ".join(hints))


def _accepted(query: Query) -> Finding:
    given = {"proxy_url": query.proxy_url.origin, "access_url": query.access_url, "cert_path": query.cert_path.path}
    seen = ", ".join(f"{key} {value}" for key, value in given.items() if value)
    return ok_but_for(seen, json.loads(answer(query, token="").warnings))
