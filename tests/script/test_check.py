"""WRAPPER --check: whether requests get through, with sh and curl alone, in doctor's words."""

from __future__ import annotations

import json
import subprocess
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN
from tests.harness.gateway import Gateway
from tests.harness.proxy import Proxy
from tests.harness.raw_server import RawServer, closed_port, silent
from tests.harness.terraform import MODULE
from tests.script.workspace import SHELLS, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

# The download and all that comes with it, and 10 seconds for the proxy.
SETUP_SECONDS = 20
VERDICTS = json.loads((MODULE / "verdicts.json").read_text())


class Checked:
    """A workspace with saved files, and the proxy and gateway that its wrapper checks."""

    def __init__(self, workspace: Workspace, gateway: Gateway, proxy: Proxy) -> None:
        self.workspace = workspace
        self.gateway = gateway
        self.proxy = proxy
        workspace.values.update(PROXY_URL=f"http://127.0.0.1:{proxy.port}", SESSION_TOKEN=TOKEN)
        workspace.save_wrapper_at(workspace.home / "aibridge")
        self.save(proxy.ca_cert_pem)

    def save(self, ca: str) -> None:
        """Save files as the startup script does."""
        self.workspace.cert_path.write_text(ca)
        self.workspace.bundle_path.write_text(ca + self.workspace.roots.read_text())

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run the check."""
        shell = SHELLS[self.workspace.shell]
        self.workspace.wrapper_path.write_text(self.workspace.wrapper_text())
        done = subprocess.run(
            [program(shell[0]), *shell[1:], self.workspace.wrapper_path, "--check"],
            env=self.workspace.environment | {"NO_PROXY": "*", "CURL_CA_BUNDLE": "/nowhere"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        assert TOKEN not in done.stdout
        return done


@pytest.fixture
def checked(bare_workspace: Workspace) -> Iterator[Checked]:
    """Run a proxy that intercepts two hosts, and a gateway that serves them."""
    providers = {"api.anthropic.com": "anthropic", "api.openai.com": "openai"}
    with Gateway(token=TOKEN) as gateway, Proxy(gateway=gateway.url, providers=providers) as proxy:
        yield Checked(bare_workspace, gateway, proxy)


def test_where_all_is_well_each_step_is_ok(checked: Checked) -> None:
    done = checked.run()
    assert done.returncode == 0
    bundle, hosts = checked.workspace.bundle_path, "api.anthropic.com, api.openai.com"
    assert done.stdout.splitlines() == [
        f"ok       bundle on disk       {bundle} contains the certificate and 1 of the system's roots",
        "ok       proxy: DNS           proxy_url has an IP address, no DNS needed",
        f"ok       proxy: TCP           port {checked.proxy.port} is open",
        "ok       proxy: TLS           none: proxy_url is http",
        f"ok       proxy: challenge     requires the token for {hosts}, as expected",
        "ok       proxy: token         tunnel to api.anthropic.com opened (the token itself is checked per request)",
        f"ok       AI provider          {hosts}: intercepted, and signed by the proxy's CA",
        f"ok       AI gateway           requests for {hosts} reach the gateway, which takes the token",
        "",
        "8 ok",
    ]


def test_the_token_goes_only_where_the_proxys_own_ca_vouches(checked: Checked, certificates: Certificates) -> None:
    # A replaced CA, or another one that the system trusts, or an extra one.
    checked.save(certificates.company.pem + checked.proxy.ca_cert_pem)
    done = checked.run()
    assert done.returncode == 1
    assert VERDICTS["provider_other_ca"]["advice"] in done.stdout
    assert "was replaced" in done.stdout
    assert checked.gateway.requests == []


def test_without_curl_it_says_so(checked: Checked) -> None:
    checked.workspace.without("curl")
    done = checked.run()
    assert (done.returncode, "needs curl" in done.stdout) == (1, True)


def test_the_setup_ends_with_a_warning_if_the_proxy_does_not_respond(
    workspace: Workspace, certificates: Certificates
) -> None:
    with closed_port() as closed, RawServer(silent) as server:
        for url, verdict in {closed: "proxy_not_reached", server.url: "challenge_no_response"}.items():
            workspace.values["PROXY_URL"] = url
            before = time.monotonic()
            run = workspace.run()
            assert time.monotonic() - before < SETUP_SECONDS
            assert run.status == 0
            where = f"AI Bridge Proxy at 127.0.0.1 port {url.rpartition(':')[2]}"
            assert run.stderr.startswith(f"AI Bridge Proxy setup: warning: {where}: ")
            assert VERDICTS[verdict]["advice"] in run.stderr
            assert workspace.cert_path.read_text() == certificates.proxy.pem


@pytest.mark.parametrize("hosts", [["api.anthropic.com"], ["openrouter.ai"]])
def test_the_setup_asks_a_healthy_proxy_until_its_first_challenge(
    workspace: Workspace, checked: Checked, hosts: list[str]
) -> None:
    checked.proxy.providers = dict.fromkeys(hosts, "openai")
    workspace.cert_path.unlink()
    workspace.bundle_path.unlink()
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    known = list(json.loads((MODULE / "provider_hosts.json").read_text()))
    asked = [(asked.host, asked.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED) for asked in checked.proxy.asked]
    assert asked == [(host, host in hosts) for host in sorted(known)[: sorted(known).index(hosts[0]) + 1]]
    assert not any(asked.credentials for asked in checked.proxy.asked)
