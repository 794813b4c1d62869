"""WRAPPER --check: whether requests get through, with sh and curl alone, in doctor's words."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.harness.deployment import TOKEN
from tests.harness.gateway import Gateway
from tests.harness.proxy import Proxy
from tests.harness.raw_server import RawServer, closed_port, reset, silent
from tests.harness.terraform import MODULE
from tests.script.workspace import SHELLS, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

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
    bundle = checked.workspace.bundle_path
    hosts = "api.anthropic.com, api.openai.com"
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


def _put(checked: Checked, url: str) -> None:
    checked.workspace.values["PROXY_URL"] = url


def _assert_reported(out: str, verdict: str) -> None:
    expected = VERDICTS[verdict]
    message = re.sub(r"\\{\w+\\}", ".*", re.escape(expected["message"]))
    found = re.search(rf"^{expected['status']} +{re.escape(expected['step'])} +{message}$", out, re.MULTILINE)
    assert found, out
    advice = re.sub(r"\\{\w+\\}", ".*", re.escape(expected["advice"].partition("\n")[0]))
    assert re.match(rf"\n         -> {advice}\n", out[found.end() :]), out


def test_a_proxy_that_is_down_or_another_server_is_told(checked: Checked) -> None:
    with closed_port() as closed, RawServer(reset) as resetting:
        for url, verdict in {closed: "proxy_not_reached", resetting.url: "challenge_no_response"}.items():
            _put(checked, url)
            _assert_reported(checked.run().stdout, verdict)


def test_an_ipv6_address_needs_no_dns(checked: Checked) -> None:
    _put(checked, "http://[::1]:1")
    assert VERDICTS["proxy_is_address"]["message"] in checked.run().stdout


def test_a_proxy_without_a_gateway_is_told(checked: Checked) -> None:
    with closed_port() as closed, Proxy(gateway=closed, ca=checked.proxy.ca) as proxy:
        _put(checked, f"http://127.0.0.1:{proxy.port}")
        _assert_reported(checked.run().stdout, "gateway_not_reached")


def test_a_silent_proxy_takes_no_more_than_20_seconds(checked: Checked) -> None:
    with RawServer(silent) as server:
        _put(checked, server.url)
        before = time.monotonic()
        assert checked.run().returncode == 1
        assert time.monotonic() - before < 20


def test_the_token_goes_only_where_the_proxys_own_ca_vouches(checked: Checked, certificates: Certificates) -> None:
    # A replaced CA, or another one that the system trusts, or an extra one.
    checked.save(certificates.company.pem + checked.proxy.ca_cert_pem)
    done = checked.run()
    assert done.returncode == 1
    _assert_reported(done.stdout, "provider_other_ca")
    assert "was replaced" in done.stdout
    assert checked.gateway.requests == []


def test_a_listener_with_tls_is_trusted_with_the_bundle(checked: Checked) -> None:
    authority = trustme.CA()
    listener = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(listener)
    with Proxy(gateway=checked.gateway.url, ca=checked.proxy.ca, listener=listener) as proxy:
        _put(checked, f"https://127.0.0.1:{proxy.port}")
        _assert_reported(checked.run().stdout, "proxy_tls_unknown_ca")
        checked.save(checked.proxy.ca_cert_pem + authority.cert_pem.bytes().decode())
        done = checked.run()
        assert "the proxy's own TLS certificate is trusted" in done.stdout
        assert done.returncode == 0
        _put(checked, f"http://127.0.0.1:{proxy.port}")
        _assert_reported(checked.run().stdout, "challenge_over_tls")


def test_the_token_is_in_no_argument_and_no_file(checked: Checked) -> None:
    record = checked.workspace.notes / "record"
    checked.workspace.stub("curl", f"printf '%s\\n' \"$@\" >>'{record}'\nexec {program('curl')} \"$@\"")
    assert checked.run().returncode == 0
    assert TOKEN not in record.read_text()
    files = [path for path in checked.workspace.home.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in files if TOKEN in path.read_text(errors="replace")] == [checked.workspace.wrapper_path]


def test_without_curl_it_says_so(checked: Checked) -> None:
    checked.workspace.without("curl")
    done = checked.run()
    assert (done.returncode, "needs curl" in done.stdout) == (1, True)


def test_the_setup_ends_with_a_warning_if_the_proxy_does_not_respond(
    workspace: Workspace, certificates: Certificates
) -> None:
    workspace.note("coder")
    with closed_port() as url:
        workspace.values["PROXY_URL"] = url
        run = workspace.run()
    assert run.status == 0
    port = url.rpartition(":")[2]
    assert run.stderr.startswith(
        f"AI Bridge Proxy setup: warning: AI Bridge Proxy at 127.0.0.1 port {port}: port {port} of"
    )
    assert VERDICTS["proxy_not_reached"]["advice"] in run.stderr
    assert workspace.cert_path.read_text() == certificates.proxy.pem


def test_the_setup_asks_a_healthy_proxy_until_its_first_challenge(workspace: Workspace, checked: Checked) -> None:
    workspace.values["PROXY_URL"] = f"http://127.0.0.1:{checked.proxy.port}"
    workspace.cert_path.unlink()
    workspace.bundle_path.unlink()
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    *others, last = checked.proxy.asked
    assert last.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
    assert HTTPStatus.PROXY_AUTHENTICATION_REQUIRED not in {asked.status for asked in others}
    assert not any(asked.credentials for asked in checked.proxy.asked)
