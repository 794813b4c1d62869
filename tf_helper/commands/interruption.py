"""Ctrl-C while the program loads."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def exit_on_sigint() -> Iterator[None]:
    """End the process with status 130 at Ctrl-C, and no clean-up: for imports, during which there is nothing to clean.

    Modules in C and Rust make an ImportError of a KeyboardInterrupt that comes while they load, or panic.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
