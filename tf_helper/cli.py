"""Which way in, and what becomes of a failure: a message on standard error and an exit status."""

import contextlib
import io
import os
import sys
from collections.abc import Callable

from tf_helper.problems import Invalid, Problem, report

ANSWERED, REFUSED, WRONG_USAGE = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Run the program with the command line's arguments and return its exit status."""
    _prepare_standard_error()
    try:
        if arguments:
            return _run_by_hand(arguments)
        return _answer_standard_input()
    except Invalid as invalid:
        _complain(report(invalid.problems))
    except Exception as error:  # noqa: BLE001 - nobody should meet a traceback, nor the values in an exception's text
        _complain(f"tf-helper: error: unforeseen {type(error).__name__}; TF_HELPER_DEBUG=1 adds the traceback\n")
        if os.environ.get("TF_HELPER_DEBUG") == "1":
            import traceback  # noqa: PLC0415 - for this message only

            _complain("".join(traceback.format_tb(error.__traceback__)))
    finally:
        _flush_standard_error()
    return REFUSED


def _prepare_standard_error() -> None:
    if sys.stderr is None:
        # Where there is none, libraries print to standard output, argparse among them.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for as long as the process lasts
    if isinstance(sys.stderr, io.TextIOWrapper):
        # Messages are ASCII, whatever PYTHONIOENCODING says: it can be UTF-16.
        sys.stderr.reconfigure(encoding="ascii", errors="backslashreplace")


def _flush_standard_error() -> None:
    try:
        sys.stderr.flush()
    except OSError:
        _discard_output(sys.stderr.fileno())


def _discard_output(descriptor: int) -> None:
    # The interpreter tries again when it ends, and would complain in its own words or end with status 120.
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _run_by_hand(arguments: list[str]) -> int:
    """Run a command of a person's. Terraform passes no arguments, and imports nothing of this."""
    from tf_helper.by_hand.interruption import ending_at_once  # noqa: PLC0415

    with ending_at_once():
        command = _command(arguments)
    try:
        try:
            return command()
        finally:  # argparse leaves by SystemExit
            if sys.stdout:
                sys.stdout.flush()
    except OSError as error:
        _discard_output(sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # whoever reads it has had enough
            _complain(f"tf-helper: error: cannot write the answer: {error.strerror}\n")
        return REFUSED


def _command(arguments: list[str]) -> Callable[[], int]:
    name, *rest = arguments
    if name == "doctor":
        from tf_helper.doctor.main import main as doctor  # noqa: PLC0415

        return lambda: doctor(rest)
    if name == "exec":
        from tf_helper.by_hand.exec import main as run_command  # noqa: PLC0415

        return lambda: run_command(rest)
    from tf_helper.by_hand.answer import main as answer_options  # noqa: PLC0415

    return lambda: answer_options(arguments, ("doctor", "exec"))


def _answer_standard_input() -> int:
    if sys.stdin is None:
        raise Invalid(Problem("is closed, it must be a JSON object", field="standard input"))
    if sys.stdin.isatty():
        from tf_helper.by_hand.help import USAGE  # noqa: PLC0415 - for a person only

        _complain(USAGE)
        return WRONG_USAGE
    if sys.stdout is None:
        _complain("tf-helper: error: standard output is closed, there is nowhere to answer\n")
        return REFUSED
    # Terraform takes standard output for the answer: nothing that a library prints may reach it.
    standard_output = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        from tf_helper.answer import answer  # noqa: PLC0415 - not needed above
        from tf_helper.protocol import read_query, write_answer  # noqa: PLC0415
        from tf_helper.query import parse_query  # noqa: PLC0415
        from tf_helper.session_token import session_token  # noqa: PLC0415

        result = answer(parse_query(read_query(sys.stdin.buffer)), session_token(os.environ))
        try:
            # Unbuffered, so that a full or closed output is known here and not when the interpreter ends.
            with open(standard_output.fileno(), "wb", buffering=0, closefd=False) as stream:
                write_answer(stream, vars(result))
        except OSError as error:
            _complain(f"tf-helper: error: cannot write the answer: {error.strerror}\n")
            return REFUSED
    return ANSWERED


def _complain(text: str) -> None:
    # There is nothing left to do where standard error is full.
    with contextlib.suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
