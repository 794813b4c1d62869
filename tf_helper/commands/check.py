"""`tf-helper check`: the result that Terraform would get, readable or as the protocol's JSON."""

import json
import os
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping

from tf_helper.coder.session_token import session_token_of_person
from tf_helper.commands.parser import Parser, Subparsers, settings_pairs
from tf_helper.errors import quoted
from tf_helper.protocol import as_strings
from tf_helper.query import QUERY_KEYS, Query, parse_query
from tf_helper.result import Result, make_result
from tf_helper.streams import print_error, print_output

_DESCRIPTION = """\
Prints the result that Terraform would get for these settings, what
normalization changed, and warnings.
"""


def add_parser(commands: Subparsers) -> Parser:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="show what Terraform would get for these settings",
        usage="tf-helper check [--json] [SETTINGS]",
        description=_DESCRIPTION,
    )
    parser.add_argument("--json", action="store_true", help="print the result as Terraform gets it: one line of JSON")
    parser.add_settings(QUERY_KEYS)
    return parser


def load(options: Namespace) -> Callable[[], int]:
    """Return what prints the result. Raises Invalid and OutputError when called.

    With --json, changes and warnings go to standard error, so that standard output is what Terraform would get.
    """

    def run() -> int:
        pairs = settings_pairs(options)
        query = parse_query(pairs)
        result = make_result(query, os.environ, session_token_of_person(os.environ, query.access_url))
        print_output(json.dumps(as_strings(result)) if options.json else _table(result))
        print_note = print_error if options.json else print_output
        for note in _notes(dict(pairs), query, result):
            print_note(note)
        return 0

    return run


def _table(result: Result) -> str:
    """Return a line for each value that is not empty; lists take a line for each item."""
    width = max(map(len, result._fields)) + 2
    lines = []
    for key, value in result._asdict().items():
        for number, line in enumerate(_lines(key, value)):
            lines.append(f"{'' if number else key:{width}}{line}")
    return "\n".join(lines)


def _lines(key: str, value: str | int | Mapping[str, str] | tuple[str, ...]) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}={text}" for name, text in value.items()]
    if isinstance(value, tuple) or not value:
        return []  # warnings come later
    if key.endswith("_pem"):
        number = str(value).count("-----BEGIN CERTIFICATE-----")
        return ["1 certificate" if number == 1 else f"{number} certificates"]
    return [str(value)]


def _notes(given: Mapping[str, str], query: Query, result: Result) -> Iterator[str]:
    normalized = result._asdict() | {"no_proxy": ",".join(query.no_proxy.entries)}
    for key, value in given.items():
        if key not in normalized or value in {"", normalized[key]}:
            continue
        if key.endswith("_pem"):
            if value.removesuffix("\n") != str(normalized[key]).removesuffix("\n"):  # as a shell passes a file on
                yield f"changed: {key} (the certificates' order, the text around them, or its line ends)"
        else:  # not a secret, or it would have been refused
            yield f"changed: {key}, which was {quoted(value)}"
    for warning in result.warnings:
        yield f"warning: {warning}"
