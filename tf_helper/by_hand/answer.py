"""`tf-helper --proxy-url ...`: the answer that Terraform would get, for a person or as the protocol's JSON."""

import json
import os
import sys
from collections.abc import Iterator, Sequence

from tf_helper import __version__
from tf_helper.answer import Answer, answer
from tf_helper.by_hand.help import DESCRIPTION, epilog
from tf_helper.by_hand.parser import Parser, query_pairs
from tf_helper.problems import quoted_in_full
from tf_helper.query import Query, parse_query
from tf_helper.session_token import session_token


def main(arguments: Sequence[str], commands: Sequence[str]) -> int:
    """Answer the query in the options on standard output and return the exit status. Raises Invalid, SystemExit.

    What normalisation changed and the warnings follow the answer; with --json they go to standard error, so that
    standard output is what Terraform would get.
    """
    parser = Parser("tf-helper", description=DESCRIPTION, epilog=epilog(), commands=commands)
    parser.usage = "tf-helper [options]"
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--json", action="store_true", help="answer as Terraform gets it: one line of JSON")
    parser.add_query_options()
    options = parser.parse(arguments)
    pairs = query_pairs(options)
    query = parse_query(pairs)
    result = answer(query, session_token(os.environ))
    if options.json:
        print(json.dumps(vars(result)))
    else:
        print(_as_far_as_it_goes(_table(result)))
    for note in _notes(dict(pairs), query, result):
        print(note, file=sys.stderr if options.json else sys.stdout)
    return 0


def _table(result: Answer) -> str:
    """Return a line for each value that there is; certificates are counted, and lists take a line for each item."""
    width = max(map(len, vars(result))) + 2
    lines = []
    for key, value in vars(result).items():
        for number, line in enumerate(_lines(key, value)):
            lines.append(f"{'' if number else key:{width}}{line}")
    return "\n".join(lines)


def _as_far_as_it_goes(text: str) -> str:
    """Escape what standard output cannot show: names in certificates need not be ASCII."""
    encoding = sys.stdout.encoding if sys.stdout else "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _lines(key: str, value: str) -> list[str]:
    if key == "client_env":
        return [f"{name}={text}" for name, text in json.loads(value).items()]
    if key.endswith("_pem") and value:
        number = value.count("-----BEGIN CERTIFICATE-----")
        return ["1 certificate" if number == 1 else f"{number} certificates"]
    return [value] if value and key != "warnings" else []


def _notes(given: dict[str, str], query: Query, result: Answer) -> Iterator[str]:
    normalised = vars(result) | {"no_proxy": ",".join(query.no_proxy.entries)}
    for key, value in given.items():
        if key not in normalised or value in {"", normalised[key]}:
            continue
        if key.endswith("_pem"):
            yield f"changed: {key} (the text around the certificates, or its line ends)"
        else:  # which holds no secret, for it was accepted
            yield f"changed: {key}, which was {quoted_in_full(value)}"
    for warning in json.loads(result.warnings):
        yield f"warning: {warning}"
