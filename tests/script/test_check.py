"""WRAPPER --check: whether requests get through, with sh and curl alone, in doctor's words."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.harness.gateway import Gateway
from tests.harness.proxy import Proxy
from tests.harness.raw_server import RawServer, closed_port, silent
from tests.harness.terraform import MODULE
from tests.script.workspace import SHELLS, functions, program, wait_for_end
from tf_helper.values.provider_hosts import provider_hosts

if TYPE_CHECKING:
    import socket
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

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the check."""
        shell = SHELLS[self.workspace.shell]
        self.workspace.wrapper_path.write_text(self.workspace.wrapper_text())
        done = subprocess.run(
            [program(shell[0]), *shell[1:], self.workspace.wrapper_path, "--check"],
            env=self.workspace.environment | {"NO_PROXY": "*", "CURL_CA_BUNDLE": "/nowhere"} | environment,
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
        f"-> start the tool through this wrapper: {checked.workspace.wrapper_path} COMMAND",
        "   if it still fails, look its message up in docs/troubleshooting.md",
    ]


def test_the_token_goes_only_where_the_proxys_own_ca_vouches(checked: Checked, certificates: Certificates) -> None:
    # A replaced CA, or another one that the system trusts, or an extra one.
    checked.save(certificates.company.pem + checked.proxy.ca_cert_pem)
    done = checked.run()
    assert done.returncode == 1
    assert VERDICTS["provider_other_ca"]["advice"] in done.stdout
    assert "was replaced" in done.stdout
    assert checked.gateway.requests == []


def test_the_token_is_not_printed_if_the_proxy_knows_it(checked: Checked) -> None:
    for realm in (TOKEN, f"for {TOKEN[3:]}"):
        checked.proxy.realm = realm
        done = checked.run()
        assert (done.returncode, 'for "***"' in done.stdout) == (1, True)


def test_without_curl_it_says_so(checked: Checked) -> None:
    checked.workspace.without("curl")
    done = checked.run()
    assert (done.returncode, "needs curl" in done.stdout) == (1, True)


in_one_shell = pytest.mark.parametrize("shell", ["dash"], indirect=True)

BROKEN_CURLS = {
    "exit 127": "exit status 127",
    "echo 'curl: option --max-time: is unknown' >&2; exit 2": "curl: option --max-time: is unknown",
    "kill -KILL $$": "it was killed",
    "echo 1 2 3 4": "1 2 3 4",
}


@pytest.mark.parametrize("broken", BROKEN_CURLS)
def test_a_curl_that_does_not_work_is_said_to_and_fails_no_setup(
    checked: Checked, certificates: Certificates, broken: str
) -> None:
    workspace = checked.workspace
    workspace.stub("curl", broken)
    said = f"curl does not work: {BROKEN_CURLS[broken]}"
    done = checked.run()
    assert (done.returncode, "is open" in done.stdout) == (1, False)
    assert said in done.stdout
    workspace.values["CA_CERT_PEM"] = certificates.proxy.pem
    run = workspace.run()
    assert run.status == 0
    assert said in run.stderr
    assert run.stderr.count("\n") == 1
    assert workspace.cert_path.read_text() == certificates.proxy.pem


def test_a_clock_that_does_not_work_changes_nothing(checked: Checked) -> None:
    # In arithmetic, bash would evaluate what is in the brackets.
    for printed in ("", "08", "a[$(touch pwned)]", "x"):
        checked.workspace.stub("date", f"echo '{printed.replace('pwned', f'{checked.workspace.home}/pwned')}'")
        assert checked.run().returncode == 0
    assert not (checked.workspace.home / "pwned").exists()


@in_one_shell
def test_a_clock_that_stops_extends_no_deadline(
    checked: Checked, deployment: Deployment, certificates: Certificates
) -> None:
    # Where the proxy's CA was replaced, hosts are asked again, in the time that is left.
    seconds = checked.workspace.notes / "seconds"
    checked.workspace.stub("curl", f"printf '%s\\n' \"$3\" >>'{seconds}'; exec {program('curl')} \"$@\"")
    checked.workspace.stub("date", f"if mkdir '{checked.workspace.notes}/first'; then echo 1000000000; fi 2>/dev/null")
    checked.workspace.values["ACCESS_URL"] = deployment.url
    deployment.serve(Answer(body=checked.proxy.ca_cert_pem.encode()))
    checked.save(certificates.company.pem)
    assert "was replaced" in checked.run().stdout
    assert deployment.asked
    assert set(seconds.read_text().split()) == {"3.5", "4.5", "1.5", "0.5"}


def challenge_without_end(connection: socket.socket, _: object) -> None:
    head = b'HTTP/1.1 407 Whatever\r\nProxy-Authenticate: Basic realm="Coder AI Gateway Proxy"\r\n'
    connection.sendall(head + b"Content-Length: 100000000000\r\n\r\n")
    while True:
        connection.sendall(b"x" * 4096)


@pytest.mark.parametrize("tool", ["timeout", ""])
def test_a_challenge_without_end_is_one(workspace: Workspace, tool: str) -> None:
    # Curl 7.88 reads on, whatever its own deadline says.
    workspace.replace("QUICK_SECONDS=2", "QUICK_SECONDS=1")
    if tool:
        workspace.without(tool)
    with RawServer(challenge_without_end) as server:
        workspace.values["PROXY_URL"] = server.url
        run = workspace.run()
    assert (run.status, run.stderr) == (0, "")


@in_one_shell
def test_the_check_of_a_challenge_without_end_ends(checked: Checked) -> None:
    with RawServer(challenge_without_end) as server:
        checked.workspace.values["PROXY_URL"] = server.url
        assert "requires the token for" in checked.run().stdout


def test_a_signal_while_the_proxy_is_asked_ends_the_setup_that_is_complete(workspace: Workspace) -> None:
    with RawServer(silent) as server:
        workspace.values["PROXY_URL"] = server.url
        process = workspace.start()
        assert server.asked.wait(SETUP_SECONDS)
        process.send_signal(signal.SIGHUP)
        run = wait_for_end(process)
    assert (run.status, run.stderr) == (0, "")
    assert workspace.cert_path.exists()


@in_one_shell
def test_a_silent_gateway_is_one_failure(checked: Checked) -> None:
    with RawServer(silent) as gateway, Proxy(gateway=gateway.url, providers=checked.proxy.providers) as proxy:
        checked.save(proxy.ca_cert_pem)
        checked.workspace.values["PROXY_URL"] = f"http://127.0.0.1:{proxy.port}"
        # As it may be, the number of milliseconds is another one each time.
        said = f"{checked.workspace.notes}/$$"
        rest = f"""status=$?; sed "s/[0-9]* milliseconds/$$ milliseconds/" "{said}" >&2; exit "$status\""""
        checked.workspace.stub("curl", f'{program("curl")} "$@" 2>"{said}"; {rest}')
        done = checked.run()
    assert VERDICTS["gateway_not_reached"]["advice"].partition("\n")[0] in done.stdout
    assert done.stdout.endswith(", 1 failed\n")


def test_without_a_token_nothing_is_asked_with_it(checked: Checked) -> None:
    checked.workspace.values["SESSION_TOKEN"] = ""
    done = checked.run()
    assert VERDICTS["token_missing"]["advice"] in done.stdout
    assert done.stdout.endswith(", 1 failed\n")
    assert not any(asked.credentials for asked in checked.proxy.asked)


@pytest.mark.parametrize("shell", ["bash"], indirect=True)
def test_no_function_of_the_environment_is_called(checked: Checked) -> None:
    leak = checked.workspace.notes / "leak"
    assert checked.run(**functions(leak)).returncode == 0
    assert not leak.exists()


@pytest.mark.parametrize("shell", ["bash"], indirect=True)
def test_no_option_of_the_environment_changes_the_check(checked: Checked) -> None:
    assert checked.run(SHELLOPTS="allexport:errexit:noclobber:nounset:pipefail").returncode == 0
    checked.workspace.stub("curl", "exit 1")
    assert "curl does not work" in checked.run(SHELLOPTS="errexit:pipefail").stdout


@pytest.mark.parametrize("shell", ["dash", "busybox"], indirect=True)
def test_a_shell_without_a_printf_checks_nothing(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    # It would call the program, with the token among its arguments. Here, another shell plays it.
    text = checked.workspace.wrapper_text().replace("PATH=/nowhere printf", "PATH=/nowhere no-such-builtin")
    monkeypatch.setattr(checked.workspace, "wrapper_text", lambda: text)
    done = checked.run()
    assert (done.returncode, "needs a shell with a built-in printf" in done.stdout) == (1, True)
    assert checked.proxy.asked == []


@in_one_shell
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
    known = list(provider_hosts())
    asked = [(asked.host, asked.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED) for asked in checked.proxy.asked]
    assert asked == [(host, host in hosts) for host in known[: known.index(hosts[0]) + 1]]
    assert not any(asked.credentials for asked in checked.proxy.asked)
