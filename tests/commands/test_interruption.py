"""Ctrl-C while the program loads."""

from __future__ import annotations

import os
import signal

import pytest

from tf_helper import cli
from tf_helper.commands import main
from tf_helper.commands.interruption import exit_on_sigint


class Ended(BaseException):
    """Instead of the end of the process."""


@pytest.fixture(autouse=True)
def end(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(status: int) -> None:
        raise Ended(status)

    monkeypatch.setattr(os, "_exit", leave)


def test_it_ends_the_process_with_status_130() -> None:
    with pytest.raises(Ended, match="130"), exit_on_sigint():
        signal.raise_signal(signal.SIGINT)


def test_commands_load_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "parse", lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.raises(Ended):
        cli.main(["doctor"])


def test_afterwards_it_is_pythons_again() -> None:
    with exit_on_sigint():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_it_stays_ignored_if_the_caller_ignores_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with exit_on_sigint():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
