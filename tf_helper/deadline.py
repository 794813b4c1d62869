"""A deadline for work that may block and that nothing else limits: name look-ups above all."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class DeadlineExceededError(Exception):
    """The work was not done in time."""


def run_with_deadline(seconds: float, work: Callable[[], T]) -> T:
    """Return work(), or raise what it raises; after `seconds` raise DeadlineExceededError.

    The work is done in a daemon thread, which is left behind if it does not end.
    """
    outcomes: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcomes.put((work(), None))
        except Exception as error:  # noqa: BLE001 - raised again, where it is waited for
            outcomes.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        result, error = outcomes.get(timeout=seconds)
    except queue.Empty:
        raise DeadlineExceededError from None
    if error:
        raise error
    return result  # type: ignore[return-value] # None only where T is
