"""The order of scripts in a workspace: `coder exp sync` is called, and never stops the setup."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import CA_CERT_PATH, Answer, Deployment
from tests.harness.raw_server import RawServer, closed_port, silent
from tests.script.workspace import limiting_files, program, wait_for_end

if TYPE_CHECKING:
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


@pytest.mark.parametrize(
    "cli",
    [
        "echo 'unknown subcommand \"sync\"'\necho 'Run coder exp --help' >&2\nexit 1",  # too old
        "kill -SEGV $$",  # bash would write how it ended
    ],
)
def test_a_cli_that_fails_is_not_reported(workspace: Workspace, cli: str) -> None:
    workspace.note("coder", cli)
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert run.stdout.count("\n") == 1


def test_a_cli_that_hangs_is_killed(workspace: Workspace) -> None:
    workspace.replace("SYNC_SECONDS=60", "SYNC_SECONDS=1")
    workspace.note("coder", f"case $* in *start*) trap '' TERM; exec {program('sleep')} 600 ;; esac")
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert workspace.noted("coder") == [START, COMPLETE]


def test_each_call_has_a_deadline_where_timeout_is_there(workspace: Workspace) -> None:
    # Together with the download's they stay below the 300 seconds that the agent gives the script.
    workspace.note("coder")
    workspace.note("timeout")
    assert workspace.run().status == 0
    asked = "-s KILL 2 curl -q --max-time 1.5 --config -"
    assert workspace.noted("timeout") == [f"-s KILL 60 coder {START}", f"-s KILL 10 coder {COMPLETE}", asked]
    workspace.without("timeout")
    assert workspace.run().status == 0
    assert workspace.noted("coder") == [START, COMPLETE]


def test_closed_output_does_not_stop_it(workspace: Workspace) -> None:
    # The agent that started it has gone, and a warning of the proxy cannot be written.
    workspace.note("coder")
    with closed_port() as url:
        workspace.values["PROXY_URL"] = url
    process = workspace.start()
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert workspace.noted("coder") == [START, COMPLETE]
    assert workspace.left_over() == []


# While which program a signal arrives, and what that does then: it waits, as if it were at work.
WAITS = f"exec {program('sleep')} 600"
AT_WORK = {
    "coder": f"case $* in *start*) trap '' HUP INT TERM; exec {program('sleep')} 600 ;; esac",  # ignores all but KILL
    "curl": WAITS,
    "sleep": WAITS,
    "date": WAITS,
    "ls": WAITS,
    "awk": WAITS,
    "openssl": WAITS,
}


@pytest.mark.parametrize(("name", "timeout"), [*((name, True) for name in AT_WORK), ("coder", False)])
def test_a_signal_to_the_process_group_ends_the_script_and_what_it_runs(
    workspace: Workspace, deployment: Deployment, name: str, *, timeout: bool
) -> None:
    # As Coder's agent sends it.
    started = workspace.notes / "started"
    os.mkfifo(started)
    deployment.serve(Answer(503), Answer(body=deployment.answers[CA_CERT_PATH][0].body))
    if name != "coder":
        workspace.note("coder")
    workspace.stub(name, f"printf '%s\\n' \"$*\" >>'{workspace.notes / name}'\necho >'{started}'\n{AT_WORK[name]}")
    if not timeout:
        workspace.without("timeout")
    process = workspace.start()
    started.read_text()  # returns when the program has written
    os.killpg(process.pid, signal.SIGHUP)
    if name == "coder":
        threading.Thread(target=started.read_text).start()
    assert "stopped by a signal" in wait_for_end(process).failure
    assert workspace.noted("coder")[:2] == [START, COMPLETE]  # bash runs the traps in what it has just forked, too
    assert workspace.left_over() == []
    _assert_ended(process.pid)


def test_each_signal_ends_it_during_the_download(workspace: Workspace) -> None:
    workspace.note("coder")
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        with RawServer(silent) as server:
            workspace.values["ACCESS_URL"] = server.url
            process = workspace.start()
            assert server.asked.wait(30)
            process.send_signal(number)
            assert "stopped by a signal" in wait_for_end(process).failure
            _assert_ended(process.pid)
    assert workspace.noted("coder") == [START, COMPLETE] * 3


def test_a_signal_while_it_cleans_up_changes_nothing(workspace: Workspace, deployment: Deployment) -> None:
    workspace.note("coder")
    deployment.serve(Answer(403))
    workspace.stub("rm", f'kill -TERM $PPID\nexec {program("rm")} "$@"')
    assert "denied access (403)" in workspace.run().failure
    assert workspace.left_over() == []
    assert workspace.noted("coder") == [START, COMPLETE]


def _assert_ended(leader: int) -> None:
    """Check that no program is left in the session of a process; one that watches another may end a little later."""
    for _ in range(600):
        if not _session(leader):
            return
        time.sleep(0.1)
    pytest.fail(f"still running: {_session(leader)}")


def _session(leader: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            before, _, after = stat.read_text().rpartition(")")
            state, _, _, session = after.split()[:4]
            if session == str(leader) and state != "Z":
                found.append(before.partition("(")[2])
    return found
