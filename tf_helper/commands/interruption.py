"""Ctrl-C while the program loads."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def exit_on_sigint() -> Iterator[None]:
    """End the process with status 130 at Ctrl-C, without clean-up: for imports, when there is nothing to clean up.

    While they load, modules in C and Rust turn a KeyboardInterrupt into an ImportError, or panic.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
