"""The order of scripts in a workspace: `coder exp sync` is called, and never stops the setup."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import Answer, Deployment
from tests.harness.raw_server import RawServer, silent
from tests.script.workspace import finish, limiting_files, program

if TYPE_CHECKING:
    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

START = "exp sync start aibridge-proxy-setup"
COMPLETE = "exp sync complete aibridge-proxy-setup"


@pytest.mark.parametrize("end", ["success", "failure", "failure before anything else", "missing program", "file size"])
def test_the_unit_is_completed_however_the_script_ends(workspace: Workspace, deployment: Deployment, end: str) -> None:
    # Dependent scripts have their own way to fail; they need not wait for five minutes.
    workspace.note("coder")
    if end == "failure":
        deployment.serve(Answer(403))
    elif end == "failure before anything else":
        workspace.cert_path.mkdir()
    elif end == "missing program":
        workspace.without("awk")
    launcher = limiting_files(500, "SIG_DFL") if end == "file size" else ()
    assert (workspace.run(*launcher).status == 0) == (end == "success")
    assert workspace.noted("coder") == [START, COMPLETE]


def test_without_the_cli_the_setup_works(workspace: Workspace) -> None:
    assert workspace.run().status == 0


def test_a_cli_that_fails_or_is_too_old_does_not_fail_the_setup(workspace: Workspace) -> None:
    workspace.note("coder", "echo 'unknown subcommand \"sync\"'\necho 'Run coder exp --help' >&2\nexit 1")
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert "\n" not in run.stdout.rstrip("\n")


def test_a_cli_that_crashes_is_not_reported_as_ours(workspace: Workspace) -> None:
    # Bash would write how it ended.
    workspace.note("coder", "kill -SEGV $$")
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")


def test_a_cli_that_hangs_is_killed(workspace: Workspace) -> None:
    workspace.replace("SYNC_SECONDS=60", "SYNC_SECONDS=1")
    workspace.note("coder", f"case $* in *start*) trap '' TERM; exec {program('sleep')} 600 ;; esac")
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert workspace.noted("coder") == [START, COMPLETE]


def test_both_calls_have_a_deadline(workspace: Workspace) -> None:
    # Together with the download's they stay below the 300 seconds that the agent gives the script.
    workspace.note("coder")
    workspace.note("timeout")
    assert workspace.run().status == 0
    assert workspace.noted("timeout") == [f"-s KILL 60 coder {START}", f"-s KILL 10 coder {COMPLETE}"]


def test_without_timeout_the_cli_is_called(workspace: Workspace) -> None:
    workspace.note("coder")
    workspace.without("timeout")
    assert workspace.run().status == 0
    assert workspace.noted("coder") == [START, COMPLETE]


@pytest.mark.parametrize("timeout", [True, False], ids=["timeout", "no timeout"])
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_cli_waits_ends_it(workspace: Workspace, number: signal.Signals, *, timeout: bool) -> None:
    started = workspace.notes / "started"
    os.mkfifo(started)
    workspace.note("coder", f"case $* in *start*) echo now >'{started}'; exec {program('sleep')} 600 ;; esac")
    if not timeout:
        workspace.without("timeout")
    process = workspace.start()
    started.read_text()  # returns when the CLI has written
    process.send_signal(number)
    assert "stopped by a signal" in finish(process).failure
    assert workspace.noted("coder") == [START, COMPLETE]


def test_closed_output_does_not_stop_it(workspace: Workspace) -> None:
    # The agent that started it has gone.
    workspace.note("coder")
    process = workspace.start()
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert workspace.noted("coder") == [START, COMPLETE]
    assert workspace.left_over() == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_download_is_completed_and_leaves_no_process(
    workspace: Workspace, number: signal.Signals
) -> None:
    workspace.note("coder")
    with RawServer(silent) as server:
        workspace.values["ACCESS_URL"] = server.url
        process = workspace.start()
        assert server.asked.wait(30)
        process.send_signal(number)
        assert "stopped by a signal" in finish(process).failure
        assert _session(process.pid) == []
    assert workspace.noted("coder") == [START, COMPLETE]


@pytest.mark.parametrize("name", ["awk", "mv"])
def test_a_signal_while_a_program_runs_whose_errors_are_not_shown_is_reported(
    workspace: Workspace, certificates: Certificates, name: str
) -> None:
    workspace.cert_path.write_text(certificates.proxy.pem)
    workspace.save_wrapper_at(workspace.home / "aibridge")
    started, ends = workspace.notes / "started", workspace.notes / "ends"
    for fifo in (started, ends):
        os.mkfifo(fifo)
    workspace.stub(name, f"echo now >'{started}'\nread -r _ <'{ends}'")
    process = workspace.start()
    started.read_text()
    process.send_signal(signal.SIGTERM)
    ends.write_text("now\n")
    assert "stopped by a signal" in finish(process).failure


def test_a_signal_while_it_cleans_up_changes_nothing(workspace: Workspace, deployment: Deployment) -> None:
    workspace.note("coder")
    deployment.serve(Answer(403))
    workspace.stub("rm", f'kill -TERM $PPID\nexec {program("rm")} "$@"')
    assert "denied access (403)" in workspace.run().failure
    assert workspace.left_over() == []
    assert workspace.noted("coder") == [START, COMPLETE]


def test_a_signal_between_two_tries_ends_it(workspace: Workspace, deployment: Deployment) -> None:
    waiting = workspace.notes / "waiting"
    os.mkfifo(waiting)
    workspace.stub("sleep", f"echo now >'{waiting}'\nexec {program('sleep')} 600")
    deployment.serve(Answer(503))
    process = workspace.start()
    waiting.read_text()
    process.send_signal(signal.SIGTERM)
    assert "stopped by a signal" in finish(process).failure
    assert _session(process.pid) == []


def _session(leader: int) -> list[str]:
    """Return the programs that run in the session of a process, the leader's children above all."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            before, _, after = stat.read_text().rpartition(")")
            state, _, _, session = after.split()[:4]
            if session == str(leader) and state != "Z":
                found.append(before.partition("(")[2])
    return found
