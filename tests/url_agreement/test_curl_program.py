from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.harness.raw_server import RawServer, hang_up
from tests.url_agreement.accepted import generate_accepted
from tests.url_agreement.expected import with_token
from tf_helper.values.url import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def proxy() -> Iterator[RawServer]:
    """Run a proxy that remembers what it is asked."""
    with RawServer(hang_up) as server:
        yield server


@pytest.mark.fuzz
def test_curl_connects_to_the_host_of_the_result_with_the_token(proxy: RawServer, seed: str) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not on PATH")
    _, _, port = proxy.url.rpartition(":")
    names = (url for url in generate_accepted(seed) if url.origin.host[-1].isalpha() and ":" not in url.origin.host)
    for number, (_, origin, token, _) in enumerate(islice(names, 20), start=1):
        # curl knows the address of this one name only.
        resolve = f"{origin.host}:{port}:127.0.0.1"
        url = with_token(str(Origin("http", origin.host, int(port))), token)
        command = ["curl", "-q", "--silent", "--max-time", "10", "--resolve", resolve, "--proxy", url, "https://h.test"]
        subprocess.run(command, env={"PATH": os.environ["PATH"]}, check=False)
        assert proxy.requests == number, url
        assert proxy.last_request.startswith(b"CONNECT h.test:443 ")
        assert b"Proxy-Authorization: Basic " + b64encode(f"coder:{token}".encode()) + b"\r\n" in proxy.last_request
