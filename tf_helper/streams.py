"""Standard output and standard error: writing to them never ends in a traceback, nor in Python's own exit status."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO


class OutputError(Exception):
    """Standard output cannot be written; the text is the operating system's reason, or "" if its reader has gone."""


def prepare_standard_error() -> None:
    """Make messages ASCII, and keep libraries from printing to standard output if standard error is closed."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - open as long as the process lives
    if isinstance(sys.stderr, io.TextIOWrapper):
        # Whatever PYTHONIOENCODING says: it can be UTF-16.
        sys.stderr.reconfigure(encoding="ascii", errors="backslashreplace")


def print_error(text: str) -> None:
    """Print to standard error; nothing can be done if that fails."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")
    flush_standard_error()


def flush_standard_error() -> None:
    """Flush standard error, or discard what cannot be written."""
    try:
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def print_output(text: str, end: str = "\n") -> None:
    """Print to standard output at once, escaping what its encoding lacks; a closed one is fine. Raises OutputError."""
    if sys.stdout is None:
        return
    encoding = sys.stdout.encoding or "ascii"
    with _output_errors(sys.stdout):
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
        sys.stdout.flush()


def flush_standard_output() -> None:
    """Flush what libraries have printed to standard output. Raises OutputError."""
    if sys.stdout is not None:
        with _output_errors(sys.stdout):
            # Not by print_output(""): a full device fails for an empty text, too.
            sys.stdout.flush()


@contextlib.contextmanager
def _output_errors(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _discard(stream)
        raise OutputError("" if isinstance(error, BrokenPipeError) else error.strerror) from None


def _discard(stream: TextIO) -> None:
    # The interpreter tries again when it ends, and would complain in its own words or end with status 120.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
