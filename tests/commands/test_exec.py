"""`tf-helper exec`: a command with the environment of a tool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import PROGRAM
from tests.harness.deployment import TOKEN
from tests.harness.program import ENVIRONMENT, run
from tests.sandbox import NAMES
from tf_helper import cli
from tf_helper.client_env import API_KEY_VARIABLES, CLIENT_VARIABLES, PROXY_VARIABLES
from tf_helper.commands import exec as exec_module

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.harness.proxy import Proxy

SETTINGS = ("--proxy-url", "https://h", "--cert-path", "/dev/null")


class Done(NamedTuple):
    """How a run ended, and what it printed."""

    status: int
    stdout: str
    stderr: str


def execute(
    *command: str,
    settings: tuple[str, ...] = SETTINGS,
    token: str = TOKEN,
    environment: Mapping[str, str] = MappingProxyType({}),
    launcher: Sequence[str] = (),
) -> Done:
    env = {"CODER_SESSION_TOKEN": token, **environment}
    ran = run(b"", "exec", *settings, "--", *command, env=env, launcher=launcher)
    return Done(ran.status, ran.stdout.decode(), ran.stderr.decode())


def variables(output: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in output.splitlines())


def test_the_command_has_the_environment_of_a_tool_and_nothing_else_changes() -> None:
    before = {**ENVIRONMENT, "CODER_SESSION_TOKEN": "a b/", "OTHER": "x"}
    after = variables(execute("env", token="a b/", environment={"OTHER": "x"}).stdout)
    assert {name: after.pop(name) for name in before} == before
    assert {after.pop(name) for name in PROXY_VARIABLES} == {"https://coder:a%20b%2F@h"}
    assert set(after) == {variable.name for variable in CLIENT_VARIABLES}
    assert after["NODE_EXTRA_CA_CERTS"] == "/dev/null.bundle"


def test_the_token_can_be_the_key_of_tools_as_well() -> None:
    settings = ("--coder-token-as-api-key", *SETTINGS)
    after = variables(execute("env", settings=settings, token="a b").stdout)
    assert [after[variable.name] for variable in API_KEY_VARIABLES] == ["a b"] * 3


@pytest.mark.parametrize("environment", [{"LC_CTYPE": "C.UTF-8"}, {"LC_ALL": "C"}, {}])
def test_the_locale_stays_as_it_was(environment: dict[str, str]) -> None:
    after = variables(execute("env", environment=environment).stdout)
    assert {name: value for name, value in after.items() if name.startswith(("LC_", "LANG"))} == environment


def test_a_request_goes_through_the_proxy(proxy: Proxy, tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    for file in (certificate, tmp_path / "ca.bundle.pem"):
        file.write_text(proxy.ca_cert_pem)
    done = execute(
        *("curl", "--silent", "--show-error", f"https://{NAMES['intercepted']}/"),
        settings=("--proxy-url", f"http://127.0.0.1:{proxy.port}", "--cert-path", str(certificate)),
    )
    assert (done.stdout, done.stderr) == ("hello", "")


def test_the_exit_status_is_the_commands() -> None:
    assert execute("sh", "-c", "exit 42").status == 42


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGPIPE])
def test_a_signal_that_ends_the_command_is_reported(number: signal.Signals) -> None:
    assert execute("sh", "-c", f"kill -{number.value} $$").status == -number


def test_signals_reach_the_command_directly() -> None:
    script = 'trap "echo heard; exit 7" TERM; echo $$; while :; do sleep 0.05; done'
    with subprocess.Popen(
        [PROGRAM, "exec", *SETTINGS, "--", "sh", "-c", script],
        env={**ENVIRONMENT, "CODER_SESSION_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        assert int(process.stdout.readline()) == process.pid
        process.terminate()
        assert process.stdout.read() == "heard\n"
    assert process.returncode == 7


def test_options_after_the_hyphens_belong_to_the_command() -> None:
    assert execute("echo", "--json", "--", "-x").stdout == "--json -- -x\n"


@pytest.mark.parametrize(("command", "status"), [("no-such-command", 127), ("/tmp", 126)])
def test_a_command_that_cannot_run_is_an_error_with_the_status_that_a_shell_has(command: str, status: int) -> None:
    done = execute(command)
    assert (done.status, done.stdout) == (status, "")
    assert f'cannot run "{command}": ' in done.stderr


@pytest.mark.parametrize(
    ("command", "shown"),
    [("https://user:hunter2@h/", "https://..."), ("x" * 1000, "x" * 77 + "..."), ("\x1b", "\\u001b")],
)
def test_a_command_that_cannot_run_is_quoted_like_any_value(command: str, shown: str) -> None:
    assert f'cannot run "{shown}": ' in execute(command).stderr


def test_missing_files_are_a_warning_and_the_command_runs_even_if_that_cannot_be_written() -> None:
    settings = ("--proxy-url", "https://h", "--cert-path", "/missing/ca.pem")
    done = execute("echo", "x", settings=settings)
    assert done.stdout == "x\n"
    for name in ("ca.pem", "ca.bundle.pem"):
        assert f"warning: /missing/{name} is missing or cannot be read" in done.stderr
    assert execute("echo", "x", settings=settings, launcher=("sh", "-c", 'exec "$0" "$@" 2>/dev/full')).stdout == "x\n"


def test_a_command_that_prints_nothing_runs_with_a_full_standard_output() -> None:
    done = execute("sh", "-c", "echo x >&2", launcher=("sh", "-c", 'exec "$0" "$@" >/dev/full'))
    assert (done.status, done.stderr.splitlines()[-1]) == (0, "x")


def test_a_token_that_is_not_text_is_passed_on_byte_for_byte() -> None:
    assert execute("printenv", "HTTPS_PROXY", token="a\udcffb").stdout == "https://coder:a%FFb@h\n"


def test_an_entry_of_the_environment_without_a_name_does_not_matter() -> None:
    code = (
        "import ctypes, os, sys; array = lambda items: (ctypes.c_char_p * (len(items) + 1))(*items);"
        "own = [b'='.join(item) for item in os.environb.items()]; command = [*map(os.fsencode, sys.argv[1:])];"
        "ctypes.CDLL(None).execve(command[0], array(command), array([*own, b'=x', b'=y=z']))"
    )
    done = execute("echo", "x", launcher=(sys.executable, "-c", code))
    assert (done.status, done.stdout) == (0, "x\n")


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Note what the process would become; signals stay as pytest has them."""
    became: dict[str, object] = {}

    def execvpe(file: str, arguments: list[str], environment: dict[str, str]) -> None:
        became.update(file=file, arguments=arguments, environment=environment)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "execvpe", execvpe)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    return became


@pytest.mark.parametrize(
    ("known", "locale"),
    [(b"PATH=/bin\0HOME=/\0", None), (b"PATH=/bin\0LC_CTYPE=C\0", "C"), (None, "C.UTF-8")],
)
def test_a_locale_that_python_set_itself_is_removed_if_that_is_known(
    become: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, known: bytes | None, locale: str | None
) -> None:
    at_start = tmp_path / "environ"
    if known:
        at_start.write_bytes(known)
    monkeypatch.setattr(exec_module, "_ENVIRONMENT_AT_START", at_start)
    assert cli.main(["exec", *SETTINGS, "--", "x", "y"]) == 126
    assert (become["file"], become["arguments"]) == ("x", ["x", "y"])
    environment = become["environment"]
    assert isinstance(environment, dict)
    assert environment.get("LC_CTYPE") == locale


@pytest.mark.usefixtures("become")
def test_an_empty_token_counts_as_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", "")
    assert cli.main(["exec", *SETTINGS, "--", "x"]) == 1
    assert "no session token in the environment" in capsys.readouterr().err


@pytest.mark.usefixtures("become")
def test_a_token_of_another_deployment_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CODER_URL", "https://a")
    assert cli.main(["exec", *SETTINGS, "--access-url", "https://b", "--", "x"]) == 1
    assert capsys.readouterr().err == (
        "tf-helper: error: CODER_SESSION_TOKEN is for https://a (CODER_URL) and is not sent to https://b\n"
        "  hint: set CODER_URL and CODER_SESSION_TOKEN for the deployment at access_url\n"
    )
