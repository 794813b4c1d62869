"""The recorder sees everything that goes past the proxy; otherwise the tests that use it would pass for any tool."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.network.recorder import Attempt
from tests.ai_tools.stage import PROXY_NAME

if TYPE_CHECKING:
    from tests.ai_tools.network.recorder import Recorder

pytestmark = pytest.mark.tools


def connect(host: str, port: int) -> None:
    with suppress(OSError), socket.create_connection((host, port), timeout=5):
        pass


def send(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", (host, port))


@pytest.fixture(autouse=True)
def nothing_before(recorder: Recorder) -> None:
    recorder.attempts()


def test_a_connection_by_name_is_seen_with_its_lookup(recorder: Recorder) -> None:
    connect("API.Anthropic.com", 443)
    assert recorder.attempts() == [Attempt("dns", "api.anthropic.com"), Attempt("tcp", "api.anthropic.com:443")]


@pytest.mark.parametrize(("host", "port"), [("169.254.169.254", 80), ("8.8.8.8", 853), ("2001:db8::1", 443)])
def test_a_connection_to_an_address_is_seen(recorder: Recorder, host: str, port: int) -> None:
    connect(host, port)
    assert recorder.attempts() == [Attempt("tcp", f"{host}:{port}")]


@pytest.mark.parametrize("port", [53, 443], ids=["another name server", "HTTP/3"])
def test_a_datagram_to_an_address_is_seen(recorder: Recorder, port: int) -> None:
    send("8.8.8.8", port)
    assert recorder.attempts() == [Attempt("udp", f"8.8.8.8:{port}")]


def test_connections_to_the_proxy_are_not_recorded(recorder: Recorder) -> None:
    connect(PROXY_NAME, 1)
    connect("localhost", 1)
    assert recorder.attempts() == []
