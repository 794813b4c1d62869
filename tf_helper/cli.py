"""Which way in, and what becomes of a failure: a message on standard error and an exit status."""

import contextlib
import os
import sys

from tf_helper.errors import Invalid, Problem, report
from tf_helper.streams import (
    OutputError,
    flush_standard_error,
    flush_standard_output,
    prepare_standard_error,
    print_error,
)

ANSWERED, REFUSED, WRONG_USAGE = 0, 1, 2

_USAGE = """\
tf-helper reads a query as JSON from standard input, as Terraform's external data source sends it.
Commands for the terminal:
  tf-helper check --proxy-url https://aiproxy.example.com    what Terraform would get
  tf-helper doctor                                           find out what is wrong
  tf-helper exec -- COMMAND                                  run a command through the proxy
More: tf-helper --help"""


def main(arguments: list[str]) -> int:
    """Run the program with the command line's arguments and return its exit status."""
    prepare_standard_error()
    try:
        return _run_command(arguments) if arguments else _answer_terraform()
    except Invalid as invalid:
        print_error(report(invalid.problems))
    except OutputError as error:
        if str(error):
            print_error(f"tf-helper: error: cannot write to standard output: {error}")
    except Exception as error:  # noqa: BLE001 - no traceback for users, nor the values in an exception's text
        print_error(f"tf-helper: error: unexpected {type(error).__name__}; TF_HELPER_DEBUG=1 prints a traceback")
        if os.environ.get("TF_HELPER_DEBUG") == "1":
            import traceback

            print_error("".join(traceback.format_tb(error.__traceback__)))
    finally:
        flush_standard_error()
    return REFUSED


def _run_command(arguments: list[str]) -> int:
    from tf_helper.commands.main import parse

    try:
        command = parse(arguments)
    except SystemExit as end:  # argparse has printed help, or what is wrong
        flush_standard_output()
        return int(end.code or ANSWERED)
    return command()


def _answer_terraform() -> int:
    if sys.stdin is None:
        raise Invalid(Problem("is closed, it must be a JSON object", field="standard input"))
    if sys.stdin.isatty():
        print_error(_USAGE)
        return WRONG_USAGE
    if sys.stdout is None:
        raise OutputError("it is closed")
    # Terraform takes standard output for the result: nothing that a library prints may reach it.
    standard_output = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        from tf_helper.protocol import read_query, write_result
        from tf_helper.query import parse_query
        from tf_helper.result import make_result

        result = make_result(parse_query(read_query(sys.stdin.buffer)), os.environ)
        try:
            # Unbuffered, so that a full or closed output is known here and not when the interpreter ends.
            with open(standard_output.fileno(), "wb", buffering=0, closefd=False) as stream:
                write_result(stream, result)
        except OSError as error:
            raise OutputError(error.strerror) from None
    return ANSWERED
