"""How doctor tells what it finds: line by line, in JSON, within its time."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from contextlib import suppress
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.doctor.proxy_faults import a_load_balancer_that_answers_in_between
from tests.harness.certificates import make_certificate
from tests.harness.deployment import TOKEN, USER_PATH, Answer
from tests.harness.raw_server import RawServer, closed_port, full_backlog, silent
from tf_helper import cli
from tf_helper.doctor import runner
from tf_helper.doctor.finding import Finding, Step
from tf_helper.doctor.steps import STEPS
from tf_helper.values.provider_hosts import provider_hosts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.doctor.patient import Patient


def test_each_step_is_a_line_with_advice_under_it_and_what_is_skipped_is_one_line(patient: Patient) -> None:
    patient.put_in_place_of_proxy(patient.running.enter_context(closed_port()))
    del patient.settings["access_url"]
    status, out = patient.run()
    assert status == 1
    lines = out.splitlines()
    assert re.match(r"ok       proxy: DNS           aiproxy.example.com is ", lines[1])
    assert re.match(r"failed   proxy: TCP           port \d+ of aiproxy.example.com: connection refused$", lines[2])
    assert re.match(r" {9}-> check the port in proxy_url", lines[3])
    assert lines[-5:] == [
        'skipped  needs "proxy: TCP": proxy: TLS, proxy: challenge, proxy: token, AI provider, AI gateway, '
        "strict TLS clients, other hosts",
        "skipped  access_url is not given: deployment, token's user, CA certificate",
        "         -> give --access-url to examine the deployment as well",
        "",
        "6 ok, 1 failed, 10 skipped",
    ]


def test_a_proxy_that_lets_nobody_in_does_not_vouch_for_the_saved_ca(patient: Patient) -> None:
    a_load_balancer_that_answers_in_between(patient)
    patient.deployment.serve(Answer(body=make_certificate("AI Bridge Proxy CA").pem.encode()))
    assert "was replaced" in patient.examine().text("certificate_file")


def test_bad_settings_are_a_failed_step(patient: Patient) -> None:
    patient.settings |= {"proxy_url": "https://h:99999", "cert_path": "ca.pem"}
    report = patient.examine()
    assert report.of("failed") == ["settings"]
    assert report.of("skipped") == [step.name for step in STEPS]
    assert "proxy_url: port 99999 is out of range" in report.text("settings")
    assert 'cert_path: "ca.pem" is not absolute' in report.text("settings")
    assert "8888" in report.steps["settings"]["advice"]


def test_a_warning_about_the_settings_is_shown(patient: Patient) -> None:
    patient.settings["proxy_url"] = "http://127.0.0.1"
    assert "http without a port means port 80" in patient.examine().text("settings")


def test_the_token_is_taken_out_of_an_answer_before_that_is_cut(patient: Patient) -> None:
    name = f"{'x' * 60}{TOKEN}"
    patient.deployment.answers[USER_PATH] = [Answer(200, json.dumps({"username": name}).encode())]
    assert patient.examine().text("user").startswith(f"the token belongs to {'x' * 60}***")


@pytest.mark.parametrize("option", ["--provider-host=https://h", "--tunnelled-host=a b", "--unknown"])
def test_bad_options_are_wrong_usage(option: str, patient: Patient) -> None:
    assert cli.main([*patient.command(), option]) == 2
    assert "tf-helper doctor --help" in patient.capsys.readouterr().err


def run_steps(patient: Patient, monkeypatch: pytest.MonkeyPatch, *steps: Step) -> dict[str, str]:
    monkeypatch.setattr("tf_helper.doctor.runner.STEPS", steps)
    report = patient.examine()
    return {name: report.text(name) for name in report.steps if name != "settings"}


def test_a_step_that_hangs_does_not_delay_the_others(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    steps = [
        Step(str(local), "", lambda _: over.wait(), in_workspace=local, seconds=0.2)  # type: ignore[arg-type,return-value]
        for local in (False, True)
    ]
    text = run_steps(patient, monkeypatch, *steps, *STEPS[:1])
    over.set()
    assert "a firewall, a name server" in text["False"]
    assert "a network drive" in text["True"]
    assert "aiproxy.example.com is" in text["proxy_dns"]


def test_a_step_that_crashes_does_not_stop_the_others(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Finding:
        raise ZeroDivisionError(TOKEN)

    text = run_steps(patient, monkeypatch, Step("broken", "", broken), *STEPS[:1])
    assert "unexpected ZeroDivisionError" in text["broken"]
    assert "aiproxy.example.com is" in text["proxy_dns"]


def test_steps_for_which_no_time_is_left_are_skipped(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TOTAL_SECONDS", 0)
    assert "no time left" in run_steps(patient, monkeypatch, *STEPS[:1])["proxy_dns"]


def test_all_of_it_ends_within_half_a_minute() -> None:
    assert runner.TOTAL_SECONDS + 1 <= 30


def on_a_terminal(
    patient: Patient, *more: str, columns: int = 80, environment: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, str]:
    """Return what doctor, with little to examine, writes to a terminal as output and error, and to a pipe."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    pipe = "--json" in more
    with closed_port() as url:
        patient.settings = {"proxy_url": url, "cert_path": patient.settings["cert_path"]}
        process = subprocess.Popen(
            [PROGRAM, *patient.command(), *more],
            env={"CODER_SESSION_TOKEN": TOKEN, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe else theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # which the end of a terminal is
            while chunk := os.read(ours, 65536):
                shown += chunk
        out = process.communicate(timeout=60)[0] if pipe else b""
        process.wait(timeout=60)
    os.close(ours)
    assert TOKEN not in (shown + out).decode()
    return shown.decode(), out.decode()


def test_a_terminal_has_colors_and_shows_the_step_at_work(patient: Patient) -> None:
    shown, _ = on_a_terminal(patient)
    assert "\x1b[31mfailed   \x1b[0mproxy: TCP" in shown
    assert re.search(r"\.\.\.      proxy: TCP +\r", shown)


@pytest.mark.parametrize("without_colors", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_lines_fit_the_terminal_and_colors_can_be_turned_off(without_colors: dict[str, str], patient: Patient) -> None:
    environment = {"HTTPS_PROXY": "http://coder:x@h:3128", "SSL_CERT_FILE": str(patient.certificate)}
    shown, _ = on_a_terminal(patient, columns=60, environment=environment | without_colors)
    assert "SSL_CERT_FILE names the proxy's" in shown
    assert "\x1b" not in shown
    # Paths and digests cannot be broken, and commands are there to be copied.
    for line in shown.splitlines():
        assert len(line) <= 60 or len(line.split()) == 1 or line.strip().startswith("$ "), shown


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_the_terminal_does_not_change_the_findings(more: tuple[str, ...], patient: Patient) -> None:
    patient.monkeypatch.setattr("tf_helper.doctor.report._is_terminal", lambda _: True)
    patient.monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    assert cli.main([*patient.command(), *more]) == 0
    out, err = patient.capsys.readouterr()
    assert ("\x1b[32mok" in out) != bool(more)
    assert ("tf-helper: environment" in err) == bool(more)


def test_json_shows_the_step_at_work_on_the_terminal(patient: Patient) -> None:
    shown, out = on_a_terminal(patient, "--json")
    assert "tf-helper: proxy: DNS" in shown
    assert json.loads(out)["steps"][1]["name"] == "proxy_dns"


@pytest.mark.long
def test_with_a_silent_gateway_behind_every_provider_the_report_ends_within_half_a_minute(patient: Patient) -> None:
    providers = dict.fromkeys(provider_hosts(), "openai")
    with RawServer(silent) as gateway:
        patient.replace_proxy(gateway=gateway.url, providers=providers)
        begun = monotonic()
        report = patient.examine()
        assert monotonic() - begun < 30
    assert report.of("failed") == ["gateway"]
    assert all(host in report.text("gateway") for host in providers)


@pytest.mark.long
@pytest.mark.parametrize("silent_only", [False, True], ids=["no connection", "no answer"])
def test_with_all_packets_dropped_the_report_ends_within_half_a_minute(patient: Patient, *, silent_only: bool) -> None:
    with full_backlog() as nowhere, RawServer(silent) as server:
        patient.put_in_place_of_proxy(server.url if silent_only else nowhere)
        patient.settings["access_url"] = server.url if silent_only else nowhere
        begun = monotonic()
        report = patient.examine()
        assert monotonic() - begun < 30
    assert set(report.of("failed")) == {"deployment", "connect_without_token" if silent_only else "proxy_tcp"}
