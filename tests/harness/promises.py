"""What the program promises of every run, whatever it is given: an oracle for searches."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tf_helper.result import RESULT_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.harness.program import Ran

ANSWERED, REFUSED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

# No value makes a message long: values are cut, and the twentieth problem is the last to be shown.
_LONGEST_LINE = 600
_LONGEST_MESSAGE = 16 * 1024

_FIELD = re.compile(r'  (standard input|[a-z_]+|"(?:[^"\\]|\\.)*"): ')


def assert_promises_kept(ran: Ran, secrets: Iterable[str] = ()) -> None:
    """Fail unless the run was answered with one object of strings, or refused with nothing but a clean message."""
    for secret in secrets:
        assert secret.encode() not in ran.stdout + ran.stderr, "a secret was printed"
    if ran.status == ANSWERED:
        answered(ran)
        assert ran.stderr == b""
        return
    assert ran.status in {REFUSED, WRONG_USAGE, INTERRUPTED}, ran
    assert ran.stdout == b"", ran
    if ran.status == INTERRUPTED:
        assert ran.stderr == b"", ran
    else:
        assert_clean_message(ran.stderr)


def answered(ran: Ran) -> dict[str, str]:
    """Return the answer; fail unless it is one line with one object of strings with all result keys."""
    assert ran.status == ANSWERED, ran
    text = ran.stdout.decode("ascii")
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    pairs: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list)
    answer = dict(pairs)
    assert len(pairs) == len(answer), "a key is there twice"
    assert set(answer) == set(RESULT_KEYS)
    assert {type(value) for value in answer.values()} == {str}
    _assert_strings(json.loads(answer["client_env"]).values())
    _assert_strings(json.loads(answer["warnings"]))
    host = f"[{answer['proxy_host']}]" if ":" in answer["proxy_host"] else answer["proxy_host"]
    with_port = f"{answer['proxy_scheme']}://{host}:{answer['proxy_port']}"
    assert answer["proxy_url"] in {with_port, with_port.removesuffix(":443")}
    return answer


def assert_clean_message(stderr: bytes) -> None:
    """Fail unless it is a message for a person: printable ASCII, short, of an error that the program expects."""
    message = stderr.decode("ascii")
    assert message.startswith("tf-helper: error: "), message
    assert message.endswith("\n")
    assert all(line.isprintable() and len(line) < _LONGEST_LINE for line in message[:-1].split("\n")), message
    assert len(message) < _LONGEST_MESSAGE
    assert "Traceback" not in message
    assert "unexpected" not in message, message


def named_fields(stderr: bytes) -> list[str]:
    """Return the fields that a refusal names, in order and with repetitions."""
    first, *lines = stderr.decode("ascii").splitlines()
    assert first.endswith(" in the query"), first
    matches = [_FIELD.match(line) for line in lines if not line.startswith(("    hint: ", "  and "))]
    assert all(matches), stderr
    return [match[1] for match in matches if match]


def _assert_strings(values: Iterable[object]) -> None:
    assert all(isinstance(value, str) and value for value in values)
