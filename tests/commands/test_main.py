"""Which command the arguments ask for, and what wrong usage looks like."""

from __future__ import annotations

import pytest

from tests.harness.program import Ran, run_in_process
from tf_helper import __version__, cli
from tf_helper.commands.main import COMMANDS


def test_version() -> None:
    assert run_in_process(b"", "--version") == Ran(0, f"tf-helper {__version__}\n".encode(), b"")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_fits_a_terminal(command: list[str]) -> None:
    ran = run_in_process(b"", *command, "--help", env={"COLUMNS": "80"})
    lines = ran.stdout.decode().splitlines()
    assert (ran.status, ran.stderr) == (0, b"")
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith(" ".join(["usage: tf-helper", *command]))


WRONG_USAGE = {
    "--vers": "--vers is not an option; did you mean --version?",
    "--\u00e4\x1b[31m": "--\\u00e4\\u001b[31m is not an option",
    "-": "- is not an option",
    "docter": "unknown command; did you mean doctor?",
    "hunter2": "unknown command",
    "--": "missing command",
    "": "missing command",
    "check --cert_path=/ca.pem": "--cert_path is not an option; did you mean --cert-path?",
    "check --proxy=x": "--proxy is not an option; did you mean --proxy-url?",
    "check --json=x": "argument --json: does not take a value",
    "check --proxy-url https://h hunter2": "unexpected argument",
    "check -- hunter2": "unexpected argument",
    "check --proxy-url": "argument --proxy-url: expected one argument",
    "doctor --agent-id x": "--agent-id is not an option",
    "doctor --no-proxy x": "--no-proxy is not an option",
    "doctor --provider-host=-a": 'argument --provider-host: label "-a" of the host name begins or ends with "-"',
    "exec --fetch-ca-cert -- x": "--fetch-ca-cert is not an option",
    "exec": "missing command; put it after --",
    "exec -- ": "missing command; put it after --",
    "exec --proxy-url https://h curl": "unexpected argument",
}


@pytest.mark.parametrize("arguments", WRONG_USAGE)
def test_wrong_usage_is_two_lines(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(arguments.split(" "))
    command = next((f" {name}" for name in COMMANDS if arguments.startswith(name)), "")
    said = f"tf-helper: error: {WRONG_USAGE[arguments]}\n  hint: see tf-helper{command} --help\n"
    assert (status, *capsys.readouterr()) == (2, "", said)


def test_options_without_a_command_are_those_of_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--proxy-url", "https://h"]) == 2
    assert "to see what Terraform would get, use tf-helper check" in capsys.readouterr().err
