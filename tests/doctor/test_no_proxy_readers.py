"""NO_PROXY as real clients read it."""

from __future__ import annotations

import os
import subprocess
from urllib.request import proxy_bypass

import httpx
import pytest
import requests

from tf_helper.doctor.no_proxy_readers import bypassing_clients

HOST = "api.anthropic.com"
URL = f"https://{HOST}/"

READ_BY = {
    "": "",
    "*": "curl, Go, Node.js, Python",
    "x,*": "Go, Node.js, Python",
    HOST: "curl, Go, Node.js, Python",
    "API.Anthropic.com": "curl, Go, Node.js, Python",
    "anthropic.com": "curl, Go, Node.js, Python",
    ".anthropic.com": "curl, Go, Node.js, Python",
    ".com": "curl, Go, Node.js, Python",
    "*.anthropic.com": "Go, Node.js",
    "*anthropic.com": "Node.js",
    f"{HOST}.": "curl",
    f"x {HOST}": "curl, Node.js",
    f" {HOST} ,x": "curl, Go, Node.js, Python",
    f"{HOST}:443": "Go, Node.js",
    f"{HOST}:8443": "",
    "opic.com": "",
    f"x.{HOST}": "",
    "10.0.0.0/8": "",
    f"https://{HOST}": "Python",
    f"https://{HOST}:443/v1": "Python",
    f"all://{HOST}:443": "",
    f"all://{HOST}": "Python",
    "all://*.anthropic.com": "Python",
    "all://*anthropic.com": "Python",
    "x,https://": "Python",
    "all://": "",
    f"http://{HOST}": "",
    f"https://{HOST}:8443": "",
    "https://anthropic.com": "",
    "all://*opic.com": "",
}


def python_bypasses() -> bool:
    """Ask those of Python's libraries that AI tools use."""
    with httpx.Client() as client:
        httpx_goes_directly = client._transport_for_url(httpx.URL(URL)) is client._transport  # noqa: SLF001
    return bool(proxy_bypass(HOST) or requests.utils.should_bypass_proxies(URL, None) or httpx_goes_directly)


@pytest.fixture(scope="session")
def bypassing_curl() -> dict[str, bool]:
    """Let one curl connect with each value; the ports of the proxy and of the host are closed."""
    command = ["curl"]
    for no_proxy in READ_BY:
        options = ("--silent", "--show-error", "--proxy", "http://127.0.0.1:1", "--noproxy", no_proxy)
        command += [*options, "--resolve", f"{HOST}:443:127.0.0.2", URL, "--next"]
    done = subprocess.run(command[:-1], env={}, capture_output=True, text=True, timeout=30, check=False)
    bypasses = ["connect to 127.0.0.1 port 1 " not in line for line in done.stderr.splitlines()]
    return dict(zip(READ_BY, bypasses, strict=True))


@pytest.mark.parametrize(("no_proxy", "clients"), READ_BY.items())
def test_the_clients_that_an_entry_takes_past_the_proxy_are_named(
    no_proxy: str, clients: str, bypassing_curl: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", no_proxy)
    assert ", ".join(bypassing_clients(no_proxy, HOST)) == clients
    assert (bypassing_curl[no_proxy], python_bypasses()) == ("curl" in clients, "Python" in clients)


@pytest.mark.parametrize(
    ("no_proxy", "clients"), [("10.0.0.0/8", "curl, Go, Python"), ("10.1.2.3", "curl, Go, Node.js, Python")]
)
def test_a_range_takes_an_address_past_the_proxy(no_proxy: str, clients: str) -> None:
    assert ", ".join(bypassing_clients(no_proxy, "10.1.2.3")) == clients
