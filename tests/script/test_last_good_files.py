"""A certificate that was good survives whatever goes wrong after it."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from typing import TYPE_CHECKING, Literal

import pytest

from tests.harness.deployment import Answer, Deployment
from tests.harness.raw_server import RawServer, silent
from tests.script.workspace import finish, limiting_files, program

if TYPE_CHECKING:
    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

STALE_SECONDS = 2 * 60 * 60


@pytest.mark.parametrize("at_limit", ["SIG_IGN", "SIG_DFL"])
@pytest.mark.parametrize(
    ("limit", "roots"),
    [(0, True), (300, True), (300, False), (1500, True)],
    ids=["the first file", "what curl trusts", "the download", "the bundle"],
)
def test_after_a_disk_was_full_or_the_size_of_files_is_limited(
    earlier: Workspace,
    deployment: Deployment,
    certificates: Certificates,
    limit: int,
    at_limit: Literal["SIG_IGN", "SIG_DFL"],
    *,
    roots: bool,
) -> None:
    # No file may grow over the limit, so that one write after the other is the one that fails.
    deployment.serve(Answer(body=certificates.company.pem.encode()))
    system_roots = certificates.public.pem + certificates.intermediate.pem
    earlier.roots.write_text(system_roots if roots else "")
    assert "cannot write to" in earlier.run(*limiting_files(limit, at_limit)).failure


@pytest.mark.parametrize("arguments", ["*roots.pem*cert", "*one.*"], ids=["the bundle", "the checks with openssl"])
def test_after_a_program_was_killed_for_lack_of_memory(
    earlier: Workspace, deployment: Deployment, certificates: Certificates, arguments: str
) -> None:
    deployment.serve(Answer(body=certificates.company.pem.encode()))
    awk = f"{program('busybox')} awk" if earlier.shell == "busybox" else program("awk")
    earlier.stub("awk", f'case $* in {arguments}) kill -KILL $$ ;; esac\nexec {awk} "$@"')
    assert "cannot write to" in earlier.run().failure


def test_after_the_certificate_could_not_be_replaced(
    earlier: Workspace, deployment: Deployment, certificates: Certificates
) -> None:
    # The bundle, which is replaced first, is put back.
    deployment.serve(Answer(body=certificates.company.pem.encode()))
    earlier.stub("mv", f'case $* in */ca-cert.pem) exit 1 ;; esac\nexec {program("mv")} "$@"')
    assert "cannot write to" in earlier.run().failure


def test_after_the_first_certificate_could_not_be_saved(workspace: Workspace) -> None:
    workspace.stub("mv", f'case $* in */ca-cert.pem) exit 1 ;; esac\nexec {program("mv")} "$@"')
    assert "cannot write to" in workspace.run().failure
    assert list(workspace.certificates.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_between_the_two_files_is_too_late(
    workspace: Workspace, certificates: Certificates, number: signal.Signals
) -> None:
    # A new bundle beside an old certificate would be neither the one state nor the other.
    workspace.stub("mv", f'{program("mv")} "$@" && kill -{number} $PPID')
    assert workspace.run().status == 0
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert workspace.bundle_path.exists()
    assert workspace.left_over() == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_after_a_signal_in_the_middle_of_a_download(earlier: Workspace, number: signal.Signals) -> None:
    # Only a SIGKILL leaves something, and nothing that is in the way of the next run.
    with RawServer(silent) as server:
        earlier.values["ACCESS_URL"] = server.url
        process = earlier.start()
        assert server.asked.wait(30)
        process.send_signal(number)
        if number == signal.SIGKILL:
            assert process.wait(30) == -number
            process.communicate()
            (left,) = earlier.left_over()
            shutil.rmtree(earlier.certificates / left)
        else:
            assert "stopped by a signal" in finish(process).failure


def test_the_leftovers_of_a_killed_run_are_removed_hours_later(workspace: Workspace) -> None:
    # A fresh directory may be that of a run that is still going on.
    names = (".aibridge-proxy.aaaaaa", ".aibridge-proxy.bbbbbb", "foreign")
    stale, fresh, other = (workspace.certificates / name for name in names)
    for directory in (stale, fresh, other):
        directory.mkdir()
        (directory / "ca").touch()
    then = time.time() - STALE_SECONDS
    for directory in (stale, other):
        os.utime(directory, (then, then))
    assert workspace.run().status == 0
    assert workspace.left_over() == sorted([fresh.name, other.name])


def test_a_directory_with_the_name_of_a_leftover_is_kept(workspace: Workspace) -> None:
    # Only what lies in the directory is looked at, not the directory itself.
    workspace.save_at(workspace.home / ".aibridge-proxy.aaaaaa" / "ca.pem")
    workspace.cert_path.parent.mkdir()
    then = time.time() - STALE_SECONDS
    os.utime(workspace.cert_path.parent, (then, then))
    assert workspace.run().status == 0


def test_two_runs_at_once_leave_the_files_of_one(
    workspace: Workspace, deployment: Deployment, certificates: Certificates
) -> None:
    pems = [certificates.company.pem, certificates.intermediate.pem]
    deployment.serve(*(Answer(body=pem.encode()) for pem in pems))
    # Neither is answered before both have asked.
    deployment.before_answer = threading.Barrier(2).wait
    runs = [finish(process) for process in [workspace.start(), workspace.start()]]
    assert [run.status for run in runs] == [0, 0]
    assert workspace.cert_path.read_text() in pems
    assert workspace.bundle_path.read_text() in [certificates.public.pem + pem for pem in pems]
    assert workspace.left_over() == []
