from __future__ import annotations

import io
import json
import os
import threading
from typing import TYPE_CHECKING

import pytest

from tf_helper import protocol
from tf_helper.errors import Invalid
from tf_helper.protocol import read_query, write_result
from tf_helper.query import parse_query
from tf_helper.result import make_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from typing_extensions import Buffer

RESULT = make_result(parse_query([("proxy_url", "https://h")]), {})


def test_reads_members_in_order_and_with_repetitions() -> None:
    assert read_query(io.BytesIO(b' {"b": "1", "a": "2", "b": null}\n')) == (("b", "1"), ("a", "2"), ("b", None))


def test_skips_a_byte_order_mark() -> None:
    assert read_query(io.BytesIO(b'\xef\xbb\xbf{"a": "\xc3\xa4"}')) == (("a", "\u00e4"),)


def test_reads_values_of_every_json_type() -> None:
    members = dict(read_query(io.BytesIO(b'{"t": true, "n": 1, "f": 1.5, "l": ["x"], "o": {"x": "y"}}')))
    assert members == {"t": True, "n": 1.0, "f": 1.5, "l": ["x"], "o": (("x", "y"),)}


def test_takes_numbers_of_any_length() -> None:
    assert read_query(io.BytesIO(b'{"n": ' + b"1" * 10000 + b"}")) == (("n", float("inf")),)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty, it must be a JSON object"),
        (b" \n", "is empty, it must be a JSON object"),
        (b"\xef\xbb\xbf", "is empty, it must be a JSON object"),
        (b"[]", "is not a JSON object"),
        (b'"a"', "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b"NaN", "must be a single JSON object: NaN is not valid JSON"),
        (b'{"a": -Infinity}', "must be a single JSON object: -Infinity is not valid JSON"),
        (b'{"a": "b"} x', "must be a single JSON object: extra data after it (line 1, column 12)"),
        (b'{"a": "b"}{}', "must be a single JSON object: extra data after it (line 1, column 11)"),
        (
            b"{'a': 'b'}",
            "must be a single JSON object: Expecting property name enclosed in double quotes (line 1, column 2)",
        ),
        (b'{"a": "b', "must be a single JSON object: Unterminated string starting at (line 1, column 7)"),
        (b'{"a": "\xff"}', "is not UTF-8 (byte 8)"),
        ('{"a": "b"}'.encode("utf-16"), "is not UTF-8 (byte 1)"),
        (b'{"a": ' + b"[" * 200_000, "is nested too deeply, it must be an object of strings"),
        (b'{"a": "' + b"x" * 262144 + b'"}', "is over 262144 bytes long"),
    ],
)
def test_non_json_input_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_query(io.BytesIO(data))
    (problem,) = caught.value.problems
    assert (problem.field, problem.message) == ("standard input", sentence)
    assert problem.hint


def test_a_query_that_is_too_long_is_shortened_in_no_proxy_or_the_certificates() -> None:
    with pytest.raises(Invalid) as caught:
        read_query(io.BytesIO(b" " * 262145))
    (problem,) = caught.value.problems
    assert problem.hint == "shorten no_proxy or the certificates in it"


def test_reports_why_standard_input_cannot_be_read() -> None:
    class Unreadable(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise IsADirectoryError(21, "Is a directory")

    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        read_query(Unreadable())


def test_writes_one_line_of_ascii() -> None:
    stream = io.BytesIO()
    write_result(stream, RESULT._replace(agent_id="\u00e4\n"))
    assert b'"agent_id": "\\u00e4\\n"' in stream.getvalue()
    assert stream.getvalue().endswith(b"}\n")
    assert stream.getvalue().count(b"\n") == 1


def test_continues_after_a_partial_write() -> None:
    class Slow(io.BytesIO):
        def write(self, data: Buffer) -> int:
            return super().write(bytes(data)[:3])

    stream = Slow()
    write_result(stream, RESULT)
    whole = io.BytesIO()
    write_result(whole, RESULT)
    assert stream.getvalue() == whole.getvalue()


@pytest.fixture
def when_waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[threading.Thread], None]:
    """Start a thread at the other end as soon as the program waits for it."""
    wait = protocol._wait_until_ready  # noqa: SLF001 - between one try and the next

    def start(other_end: threading.Thread) -> None:
        def start_and_wait(stream: BinaryIO, **direction: bool) -> None:
            if other_end.ident is None:
                other_end.start()
            wait(stream, **direction)

        monkeypatch.setattr(protocol, "_wait_until_ready", start_and_wait)

    return start


def test_waits_for_a_pipe_that_does_not_block_to_have_all_of_the_query(
    when_waiting: Callable[[threading.Thread], None],
) -> None:
    end_to_read, end_to_write = os.pipe()
    os.set_blocking(end_to_read, False)

    def write() -> None:
        with os.fdopen(end_to_write, "wb", buffering=0) as writer:
            writer.writelines(b" " * 200 for _ in range(1000))
            writer.write(b'{"a": "b"}')

    writing = threading.Thread(target=write)
    when_waiting(writing)
    with os.fdopen(end_to_read, "rb") as reader:
        assert read_query(reader) == (("a", "b"),)
    writing.join()


def test_waits_for_a_pipe_that_does_not_block_to_take_all_of_the_answer(
    when_waiting: Callable[[threading.Thread], None],
) -> None:
    end_to_read, end_to_write = os.pipe()
    os.set_blocking(end_to_write, False)
    received: list[bytes] = []

    def read() -> None:
        with os.fdopen(end_to_read, "rb") as reader:
            received.append(reader.read())

    reading = threading.Thread(target=read)
    when_waiting(reading)
    with os.fdopen(end_to_write, "wb", buffering=0) as writer:
        while writer.write(b" " * 4096):
            pass
        write_result(writer, RESULT._replace(agent_id="b" * 100_000))
    reading.join()
    assert json.loads(received[0])["agent_id"] == "b" * 100_000


@pytest.mark.parametrize("data", [b"{}" * 200_000, b" " * 300_000])
def test_reads_little_more_than_what_is_allowed(data: bytes) -> None:
    stream = io.BytesIO(data)
    with pytest.raises(Invalid, match="is over 262144 bytes long"):
        read_query(stream)
    assert stream.tell() == 262145
