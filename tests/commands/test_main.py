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


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--vers"], "--vers is not an option; did you mean --version?", "see tf-helper --help"),
        (["--zzz"], "--zzz is not an option", "see tf-helper --help"),
        (["--\u00e4\x1b[31m"], "--\\u00e4\\u001b[31m is not an option", "see tf-helper --help"),
        (["docter"], "unknown command; did you mean doctor?", "see tf-helper --help"),
        (["hunter2"], "unknown command", "see tf-helper --help"),
        (["--"], "missing command", "see tf-helper --help"),
        ([""], "missing command", "see tf-helper --help"),
        (
            ["--proxy-url", "https://h"],
            "missing command before the options",
            "to see what Terraform would get, use tf-helper check",
        ),
        (["--json"], "missing command before the options", "to see what Terraform would get, use tf-helper check"),
        (["check", "--proxy-ur", "x"], "--proxy-ur is not an option; did you mean --proxy-url?", "check"),
        (["check", "--cert_path=/ca.pem"], "--cert_path is not an option; did you mean --cert-path?", "check"),
        (["check", "--json=x"], "argument --json: does not take a value", "check"),
        (["check", "--proxy-url", "https://h", "hunter2"], "unexpected argument", "check"),
        (["check", "--", "hunter2"], "unexpected argument", "check"),
        (["check", "--proxy-url"], "argument --proxy-url: expected one argument", "check"),
        (["doctor", "hunter2"], "unexpected argument", "doctor"),
        (["doctor", "--agent-id", "x"], "--agent-id is not an option", "doctor"),
        (
            ["doctor", "--provider-host=https://h"],
            'argument --provider-host: the host contains ":", which is not allowed in a host name',
            "doctor",
        ),
        (["exec", "--fetch-ca-cert", "--", "x"], "--fetch-ca-cert is not an option", "exec"),
        (["exec"], "missing command; put it after --", "exec"),
        (["exec", "--"], "missing command; put it after --", "exec"),
        (["exec", "--", ""], "missing command; put it after --", "exec"),
        (["exec", "--proxy-url", "https://h", "curl"], "unexpected argument", "exec"),
    ],
)
def test_wrong_usage_is_two_lines(
    arguments: list[str], message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    hint = f"see tf-helper {hint} --help" if hint in COMMANDS else hint
    assert (ended.value.code, *capsys.readouterr()) == (2, "", f"tf-helper: error: {message}\n  hint: {hint}\n")
