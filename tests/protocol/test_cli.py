"""The program in process: which way in, what becomes of a failure."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.harness.program import Ran, run_in_process
from tests.harness.promises import answered
from tf_helper import __main__, cli, query, result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tf_helper.query import Query
    from tf_helper.result import Result

GOOD = b'{"proxy_url": "https://h"}'


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Standard input; tests write into it what the program reads."""
    data = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    return data


def run(stdin: io.BytesIO, data: bytes, *arguments: str) -> int:
    stdin.write(data)
    stdin.seek(0)
    return cli.main(list(arguments))


def test_a_bad_query_is_refused_on_standard_error_alone() -> None:
    assert run_in_process(b'{"proxy_url": "https://h:99999", "cert_path": "certs/ca.pem"}') == Ran(
        1,
        b"",
        b"tf-helper: error: 2 problems in the query\n"
        b"  proxy_url: port 99999 is out of range, it must be 1 to 65535\n"
        b"    hint: AI Bridge Proxy listens on 8888 unless configured otherwise\n"
        b'  cert_path: "certs/ca.pem" is not absolute\n'
        b"    hint: give the full path in the workspace, for example /home/coder/certs/ca.pem\n",
    )


def test_output_of_libraries_does_not_reach_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def chatty(given: Query, environment: Mapping[str, str]) -> Result:
        print("chatter")  # noqa: T201
        return original(given, environment)

    original = result.make_result
    monkeypatch.setattr(result, "make_result", chatty)
    ran = run_in_process(GOOD)
    assert answered(ran)
    assert ran.stderr == b"chatter\n"


@pytest.mark.parametrize("debug", [False, True])
def test_an_unexpected_exception_is_reported_by_type_without_its_text(
    monkeypatch: pytest.MonkeyPatch, *, debug: bool
) -> None:
    secret = os.urandom(8).hex()

    def broken(_: object) -> Query:
        raise ZeroDivisionError(secret)

    monkeypatch.setattr(query, "parse_query", broken)
    ran = run_in_process(GOOD, env={"TF_HELPER_DEBUG": "1" if debug else ""})
    assert (ran.status, ran.stdout) == (1, b"")
    assert ran.stderr.startswith(b"tf-helper: error: unexpected ZeroDivisionError")
    assert (b"in broken" in ran.stderr) == debug
    assert secret.encode() not in ran.stderr


def test_a_full_standard_output_is_an_error(
    stdin: io.BytesIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", full)
        assert run(stdin, GOOD) == 1
    assert capfd.readouterr().err == "tf-helper: error: cannot write to standard output: No space left on device\n"


def test_a_full_standard_error_changes_no_exit_status(stdin: io.BytesIO, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        monkeypatch.setattr(sys, "stderr", full)
        assert run(stdin, b"{}") == 1


def test_any_kind_of_standard_error_gets_messages(stdin: io.BytesIO, monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    assert run(stdin, b"{}") == 1
    assert "proxy_url: is required" in said.getvalue()


@pytest.mark.parametrize(
    ("stream", "message"),
    [("stdin", "standard input: is closed"), ("stdout", "standard output: it is closed")],
)
def test_a_closed_stream_is_an_error(
    stream: str, message: str, stdin: io.BytesIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, stream, None)
    assert run(stdin, GOOD) == 1
    assert message in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--unknown"]])
def test_tolerates_closed_standard_error_and_keeps_standard_output_empty(
    arguments: list[str], stdin: io.BytesIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert run(stdin, b"", *arguments) == (2 if arguments else 1)
    assert capfd.readouterr().out == ""
    sys.stderr.close()


def test_a_terminal_on_standard_input_gets_a_short_usage(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stdin: io.BytesIO
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert cli.main([]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "tf-helper --help" in err


@pytest.fixture
def _restored() -> Iterator[None]:
    """Undo what the program leaves to the end of its process."""
    yield
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.enable()


def test_only_the_working_directory_is_taken_from_pythons_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    here = str(tmp_path / "gone")
    assert __main__.without_working_directory([here, "/a", here]) == ["/a", here]
    assert __main__.without_working_directory(["/a", here]) == ["/a", here]
    (tmp_path / "gone").rmdir()
    assert __main__.without_working_directory([here, "/a"]) == [here, "/a"]


class Ended(BaseException):
    """Instead of the end of the process."""


@pytest.mark.usefixtures("_restored")
def test_the_process_ends_with_the_status_or_with_130_at_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(status: int) -> None:
        raise Ended(status)

    def interrupt(_: object) -> int:
        signal.raise_signal(signal.SIGINT)
        return 1

    monkeypatch.setattr(os, "_exit", end)
    for before, outcome in (
        (signal.default_int_handler, "130"),
        (signal.SIG_IGN, "1"),  # as under nohup
    ):
        signal.signal(signal.SIGINT, before)
        monkeypatch.setattr(cli, "main", interrupt)
        with pytest.raises(Ended, match=outcome):
            __main__.run()
