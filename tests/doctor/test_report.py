"""How doctor tells what it finds: line by line, in JSON, within its time."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.deployment import TOKEN
from tf_helper import cli
from tf_helper.doctor import runner
from tf_helper.doctor.finding import Finding, Step
from tf_helper.doctor.steps import STEPS

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient


def test_each_step_is_a_line_with_advice_under_it(patient: Patient) -> None:
    patient.certificate.unlink()
    status, out = patient.run()
    lines = out.splitlines()
    assert status == 1
    assert lines[0].startswith("ok       settings             proxy_url http://127.0.0.1:")
    (number,) = (number for number, line in enumerate(lines) if line.startswith("failed"))
    assert re.match(r"failed   certificate on disk  there is no ", lines[number])
    assert re.match(r" {30}-> restart the workspace", lines[number + 1])
    assert lines[-2:] == ["", "15 ok, 1 failed"]


def test_bad_settings_are_a_failed_step(patient: Patient) -> None:
    patient.settings |= {"proxy_url": "https://h:99999", "cert_path": "ca.pem"}
    report = patient.examine()
    assert report.of("failed") == ["settings"]
    assert report.of("skipped") == [step.name for step in STEPS]
    assert "proxy_url: port 99999 is out of range" in report.told("settings")
    assert 'cert_path: "ca.pem" is not absolute' in report.told("settings")
    assert "8888" in report.steps["settings"]["advice"]


def test_a_warning_of_the_settings_is_one_here(patient: Patient) -> None:
    patient.settings["proxy_url"] = "http://127.0.0.1"
    assert "http without a port means port 80" in patient.examine().told("settings")


def test_what_a_step_has_several_lines_of_stands_in_its_column(patient: Patient) -> None:
    patient.environment = patient.tool_environment() | {"HTTP_PROXY": "http://h"}
    _, out = patient.run()
    lines = out[out.index("warning  environment") :].splitlines()
    assert lines[1] == " " * 30 + "HTTP_PROXY is set, but AI Bridge Proxy serves CONNECT only"
    assert lines[2].startswith(" " * 30 + "-> ")


@pytest.mark.parametrize("option", ["--provider-host=https://h", "--tunnelled-host=a b", "--unknown"])
def test_bad_options_are_wrong_usage(option: str, patient: Patient) -> None:
    with pytest.raises(SystemExit) as ended:
        patient.run(option)
    assert ended.value.code == 2
    assert "tf-helper doctor --help" in patient.capsys.readouterr().err


def run_steps(patient: Patient, monkeypatch: pytest.MonkeyPatch, *steps: Step) -> dict[str, str]:
    monkeypatch.setattr("tf_helper.doctor.runner.STEPS", steps)
    report = patient.examine()
    return {name: report.told(name) for name in report.steps if name != "settings"}


def test_a_step_that_hangs_does_not_keep_the_others_waiting(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_STEP_SECONDS", 0.2)
    over = threading.Event()
    told = run_steps(patient, monkeypatch, Step("stuck", "", lambda _: over.wait()), *STEPS[:1])  # type: ignore[arg-type,return-value]
    over.set()
    assert "a firewall, a name server" in told["stuck"]
    assert "an address already" in told["proxy_dns"]


def test_a_step_that_breaks_does_not_take_the_others_with_it(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Finding:
        raise ZeroDivisionError(TOKEN)

    told = run_steps(patient, monkeypatch, Step("broken", "", broken), *STEPS[:1])
    assert "unexpected ZeroDivisionError" in told["broken"]
    assert "an address already" in told["proxy_dns"]


def test_steps_for_which_no_time_is_left_are_skipped(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TOTAL_SECONDS", 0)
    assert "no time left" in run_steps(patient, monkeypatch, *STEPS[:1])["proxy_dns"]


def test_all_of_it_ends_within_half_a_minute() -> None:
    assert runner.TOTAL_SECONDS + 1 <= 30


def on_a_terminal(patient: Patient, *options: str, **environment: str) -> tuple[str, str]:
    """Return what doctor writes to a terminal that is its standard output and error, and to a pipe."""
    ours, theirs = pty.openpty()
    pipe = "--json" in options
    process = subprocess.Popen(
        [PROGRAM, *patient.command(), *options],
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


def test_a_terminal_has_colours_and_shows_what_is_looked_at(patient: Patient) -> None:
    shown, _ = on_a_terminal(patient)
    assert "\x1b[32mok     \x1b[0m  proxy: DNS" in shown
    assert "...      proxy: DNS\r" in shown


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_what_a_terminal_gets_has_no_bearing_on_what_is_found(
    json_option: list[str], patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tf_helper.doctor.report._is_terminal", lambda _: True)
    monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    assert cli.main([*patient.command(), *json_option]) == 0
    out, err = patient.capsys.readouterr()
    assert ("\x1b[32mok" in out) != bool(json_option)
    assert ("tf-helper: environment" in err) == bool(json_option)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_need_not_have_colours(environment: dict[str, str], patient: Patient) -> None:
    shown, _ = on_a_terminal(patient, **environment)
    assert "\x1b" not in shown
    assert "ok       proxy: DNS" in shown


def test_json_says_on_a_terminal_what_is_looked_at(patient: Patient) -> None:
    shown, out = on_a_terminal(patient, "--json")
    assert "tf-helper: proxy: DNS" in shown
    assert json.loads(out)["steps"][1]["name"] == "proxy_dns"
