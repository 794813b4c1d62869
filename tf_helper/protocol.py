"""The protocol of Terraform's external data source: one JSON object in, one out. Only this file reads or writes it.

https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external
"""

import json
from typing import BinaryIO, NoReturn, cast

from tf_helper.errors import Invalid, Problem
from tf_helper.result import Result

# Far more than a valid query can contain, and little enough to read at once.
_MAX_QUERY_BYTES = 256 * 1024
_EXAMPLE_HINT = 'for example: {"proxy_url": "https://aiproxy.example.com"}'


def read_query(stream: BinaryIO) -> tuple[tuple[str, object], ...]:
    """Return the members of the JSON object on `stream`, which is read to the end, in order and with repetitions.

    Takes UTF-8, with or without a byte order mark. Strings, booleans and null come as in Python, numbers as float,
    arrays as list, objects as tuple of pairs. Raises Invalid.
    """
    try:
        data = _read(stream, _MAX_QUERY_BYTES + 1)
    except OSError as error:
        raise _invalid(f"cannot be read: {error.strerror}", _EXAMPLE_HINT) from None
    text = _decoded(data)
    if not text.strip():
        raise _invalid("is empty, it must be a JSON object", _EXAMPLE_HINT)
    try:
        # Numbers are errors, whatever they are; float() takes those that int() refuses as too long.
        query = json.loads(text, object_pairs_hook=tuple, parse_int=float, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        reason = "extra data after it" if error.msg == "Extra data" else error.msg
        raise _invalid(
            f"must be a single JSON object: {reason} (line {error.lineno}, column {error.colno})", _EXAMPLE_HINT
        ) from None
    except RecursionError:
        raise _invalid("is nested too deeply, it must be an object of strings", _EXAMPLE_HINT) from None
    if not isinstance(query, tuple):
        raise _invalid("is not a JSON object", _EXAMPLE_HINT)
    return query


def as_strings(result: Result) -> dict[str, str]:
    """Return the result as the data source takes it: strings only, everything else as JSON within them."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in result._asdict().items()}


def write_result(stream: BinaryIO, result: Result) -> None:
    """Write `result` as one line of JSON in ASCII to an unbuffered stream. Raises OSError."""
    data = json.dumps(as_strings(result)).encode("ascii") + b"\n"
    while data:
        # A pipe that another process has made non-blocking takes a part, or nothing at all yet.
        written = cast("int | None", stream.write(data))
        if written is None:
            _wait_until_ready(stream, to_write=True)
        else:
            data = data[written:]


def _read(stream: BinaryIO, size: int) -> bytes:
    """Return what is on `stream` up to its end, at most `size` bytes. Raises OSError."""
    data = b""
    while len(data) < size:
        part = cast("bytes | None", stream.read(size - len(data)))  # None: see write_result
        if part is None:
            _wait_until_ready(stream)
        elif part:
            data += part
        else:
            break
    return data


def _wait_until_ready(stream: BinaryIO, *, to_write: bool = False) -> None:
    import select

    select.select([] if to_write else [stream], [stream] if to_write else [], [])


def _decoded(data: bytes) -> str:
    if len(data) > _MAX_QUERY_BYTES:
        raise _invalid(f"is over {_MAX_QUERY_BYTES} bytes long", "shorten no_proxy or the certificates in it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(f"is not UTF-8 (byte {error.start + 1})", _EXAMPLE_HINT) from None


def _refuse_constant(name: str) -> NoReturn:
    raise _invalid(f"must be a single JSON object: {name} is not valid JSON", _EXAMPLE_HINT)


def _invalid(message: str, hint: str) -> Invalid:
    return Invalid(Problem(message, hint, field="standard input"))
