"""The command that the script saves: another command behind it runs through the proxy."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.script.rendering import ENV
from tests.script.workspace import SHELLS, functions, limiting_files, program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.script.workspace import Workspace

    Call = Callable[..., subprocess.CompletedProcess[str]]

USAGE = "usage: {0} [--] COMMAND [ARGUMENT...]\n       {0} --check\n"

# Prints the environment, and nothing of a shell's own.
PRINT_ENVIRONMENT = (sys.executable, "-c", "import os; [print(f'{n}={v}') for n, v in os.environ.items()]")
OF_THE_SHELL = {"PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE"}


@pytest.fixture
def saving(workspace: Workspace) -> Workspace:
    """Make a workspace whose script saves a wrapper."""
    workspace.save_wrapper_at(workspace.home / "bin" / "aibridge")
    return workspace


@pytest.fixture
def wrapper(saving: Workspace) -> Path:
    """Save the wrapper."""
    run = saving.run()
    assert (run.status, run.stderr) == (0, "")
    return saving.wrapper_path


@pytest.fixture
def call(wrapper: Path, shell: str) -> Call:
    """Call the wrapper, under the shell of this test."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [program(SHELLS[shell][0]), *SHELLS[shell][1:], str(wrapper), *arguments]
        return subprocess.run(
            command, env={"PATH": os.defpath, **environment}, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def test_it_is_for_its_user_alone_at_once_and_before_the_download(saving: Workspace, deployment: Deployment) -> None:
    modes = saving.notes / "modes"
    saving.stub("chmod", f'{program("ls")} -ld "$2" >>\'{modes}\'\nexec {program("chmod")} "$@"')
    deployment.serve(Answer(403))
    assert "denied access" in saving.run(umask=0).failure
    assert modes.read_text().startswith("-rw------- ")
    assert saving.wrapper_path.stat().st_mode & 0o7777 == 0o700
    assert saving.wrapper_path.parent.stat().st_mode & 0o7777 == 0o755
    assert [path.name for path in saving.wrapper_path.parent.iterdir()] == ["aibridge"]


def test_the_one_of_the_last_start_is_replaced_atomically(saving: Workspace) -> None:
    # Also one of another version of the module, which has the same second line.
    assert saving.run().status == 0
    before = saving.wrapper_path.read_text()
    assert "cannot write to" in saving.run(*limiting_files(300, "SIG_DFL")).failure
    assert saving.wrapper_path.read_text() == before
    assert [path.name for path in saving.wrapper_path.parent.iterdir()] == ["aibridge"]
    saving.wrapper_path.write_text("".join([*before.splitlines(keepends=True)[:2], "exec /bin/false\n"]))
    assert saving.run().status == 0
    assert saving.wrapper_path.read_text() == before


def test_where_it_cannot_be_executed_a_warning_says_how_to_run_it(saving: Workspace) -> None:
    # Without its x, as on a file system mounted noexec.
    saving.stub("chmod", f'case $1 in 0700) set -- 0600 "$2" ;; esac\nexec {program("chmod")} "$@"')
    run = saving.run()
    assert run.status == 0
    assert run.stderr.startswith(f"AI Bridge Proxy setup: warning: {saving.wrapper_path} cannot be executed")
    assert run.stderr.endswith(f": use sh {saving.wrapper_path}\n")
    assert not subprocess.run(["sh", saving.wrapper_path, "true"], check=False).returncode


def test_a_command_gets_the_variables_and_no_others(call: Call, saving: Workspace) -> None:
    # Not even a name that the wrapper uses inside and the user exports as well.
    done = call(*PRINT_ENVIRONMENT, USER="alice", HTTPS_PROXY="http://other", file="report.pdf")
    got = dict(line.split("=", 1) for line in done.stdout.splitlines())
    user = {"PATH": os.defpath, "USER": "alice", "file": "report.pdf"}
    known = {name: value for name, value in got.items() if name not in OF_THE_SHELL}
    assert known == user | ENV | {"SSL_CERT_FILE": str(saving.bundle_path)}


def test_arguments_input_and_output_are_those_of_the_command(call: Call, wrapper: Path) -> None:
    arguments = ["a b", "", "*", "$(touch pwned)", "--", "-x", "it's", "a\nb"]
    show = "import sys; print(sys.argv[1:], sys.stdin.read())"
    assert call(sys.executable, "-c", show, *arguments).stdout == f"{arguments} \n"
    piped = subprocess.run([wrapper, "cat"], input="through", capture_output=True, text=True, check=True)
    assert piped.stdout == "through"


NO_IDENTIFIERS = {"a.b": "1", "npm_config_//registry.example.com/:_authToken": "secret\nx.y=z"}


def test_variables_whose_names_are_not_identifiers_reach_the_command_or_a_line_says_so(call: Call, shell: str) -> None:
    done = call(*PRINT_ENVIRONMENT, **NO_IDENTIFIERS)
    kept = all(f"{name}={value}" in done.stdout for name, value in NO_IDENTIFIERS.items())
    assert (kept, "install bash, or use tf-helper exec" in done.stderr) == (shell == "bash", shell != "bash")
    for name in (*NO_IDENTIFIERS, "1ABC", "a%b", "na\u00efve"):
        assert (call("true", **{name: "1"}).stderr == "") == (shell == "bash")
    # Functions are bash's own.
    assert call("true", **{"ordinary": "x.y=z", "BASH_FUNC_f%%": "() { true; }"}).stderr == ""


def test_bash_runs_it_where_it_is(saving: Workspace) -> None:
    for interpreter in ("/bin/sh", f"{saving.bin}/bash -p"):
        # It also replaces the one of the last start.
        assert saving.run().status == 0
        assert saving.wrapper_path.read_text().partition("\n")[0] == f"#!{interpreter}"
        command = [str(saving.wrapper_path), *PRINT_ENVIRONMENT]
        done = subprocess.run(command, env=NO_IDENTIFIERS, capture_output=True, text=True, check=True)
        assert ("a.b=1" in done.stdout) == ("bash" in interpreter)
        if not (saving.bin / "bash").exists():
            (saving.bin / "bash").symlink_to(program("bash"))


def test_an_exported_function_does_not_speak_for_it(call: Call, tmp_path: Path) -> None:
    assert call("echo", "runs", **functions(tmp_path / "leak")).stdout == "runs\n"
    assert not (tmp_path / "leak").exists()


def test_the_status_is_that_of_the_command(call: Call, tmp_path: Path) -> None:
    for command, status in {"exit 42": 42, "kill -KILL $$": -signal.SIGKILL}.items():
        assert call("sh", "-c", command).returncode == status
    for options in ({}, {"BASHOPTS": "execfail"}):
        commands = ("no-such-command", "/etc/passwd")
        assert [call(command, **options).returncode for command in commands] == [127, 126]
    hyphens = tmp_path / "-x" / "--y"  # no options
    hyphens.parent.mkdir()
    hyphens.symlink_to(program("echo"))
    assert call(str(hyphens), "runs").stdout == "runs\n"


def test_it_becomes_the_command_which_gets_signals_and_terminal_directly(wrapper: Path) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen([wrapper, "sh", "-c", "tty; exec sleep 600"], stdin=child, stdout=child, close_fds=True)
    assert os.read(parent, 100).decode().strip() == os.ttyname(child)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == -signal.SIGTERM


def test_the_token_is_in_no_argument_and_no_output(call: Call) -> None:
    # Tracing could come in from outside.
    for options in ("xtrace:verbose", "keyword"):
        done = call("cat", "/proc/self/cmdline", SHELLOPTS=options)
        assert done.stdout == "cat\0/proc/self/cmdline\0"
        assert TOKEN not in done.stderr


def test_without_a_command_it_prints_its_usage(call: Call, wrapper: Path) -> None:
    for arguments in ([], ["--"], ["--help"], ["-x", "claude"], ["-"], ["--", "-c", "x"]):
        done = call(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", USAGE.format(wrapper))


def test_without_the_certificates_it_names_the_log(call: Call, saving: Workspace) -> None:
    for file in (saving.cert_path, saving.bundle_path):
        saved = file.read_bytes()
        for emptied in (True, False):
            file.write_bytes(b"") if emptied else file.unlink()
            done = call("echo", "runs")
            assert (done.returncode, done.stdout) == (1, "")
            assert f"{file}" in done.stderr
            assert 'the log of the script "AI Bridge Proxy Setup"' in done.stderr
        file.write_bytes(saved)


def test_it_runs_inside_other_wrappers_and_around_them(call: Call, wrapper: Path, tmp_path: Path) -> None:
    # Such as agent-firewall's: "<wrapper>" -- claude.
    other = tmp_path / "other"
    other.write_text('#!/bin/sh\n[ "$1" = -- ] && shift\nOTHER=1 exec "$@"\n')
    other.chmod(0o700)
    show = ("sh", "-c", 'echo "$OTHER $NO_PROXY"')
    expected = f"1 {ENV['NO_PROXY']}\n"
    assert call("--", str(other), "--", *show).stdout == expected
    inside = subprocess.run([other, "--", wrapper, "--", *show], capture_output=True, text=True, check=True)
    assert inside.stdout == expected
    assert call(str(wrapper), *show, OTHER="1").stdout == expected
