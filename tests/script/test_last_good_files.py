"""A certificate that was good survives whatever goes wrong after it."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import Answer, Deployment
from tests.harness.raw_server import RawServer, silent
from tests.script.workspace import limiting_files, program, wait_for_end

if TYPE_CHECKING:
    import trustme

    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

STALE_SECONDS = 2 * 60 * 60


def mv_that_fails(name: str) -> str:
    """Return what moves all but a new file of that name."""
    return f'case $2/$3 in */{name}/.) exit 1 ;; esac\nexec {program("mv")} "$@"'


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_last_good_files_survive_a_full_disk(
    earlier: Workspace, request: pytest.FixtureRequest, authority: trustme.CA, certificates: Certificates, scheme: str
) -> None:
    # No file may grow over the limit, so that one write after the other is the one that fails; what curl trusts is one.
    asked: Deployment = request.getfixturevalue("deployment" if scheme == "http" else "tls_deployment")
    earlier.ask(asked)
    asked.serve(Answer(body=certificates.company.pem.encode()))
    root = authority.cert_pem.bytes().decode()
    earlier.roots.write_text(certificates.public.pem + certificates.intermediate.pem + root)
    for limit in (0, 300, 1500):  # the first file, the download, the bundle
        for at_limit in ("SIG_IGN", "SIG_DFL"):
            assert "cannot write to" in earlier.run(*limiting_files(limit, at_limit)).failure


def test_a_disk_that_is_full_when_the_bundle_is_split(earlier: Workspace, certificates: Certificates) -> None:
    # As openssl cannot read all of it, each certificate goes to a file: a directory is in the place of one.
    earlier.roots.write_text(certificates.public.pem + certificates.company.pem)
    earlier.stub(
        "openssl",
        f'''case $1$5 in crl2pkcs7-certfile) {program("mkdir")} "$6.2" ;; esac
        case $1 in crl2pkcs7) exit 1 ;; esac
        exec {program("openssl")} "$@"''',
    )
    assert "cannot write to" in earlier.run().failure


def test_an_awk_that_does_not_run_is_not_mistaken_for_bad_files(earlier: Workspace) -> None:
    awk = f"{program('busybox')} awk" if earlier.shell == "busybox" else program("awk")
    for arguments in ("*role=look1*", "*role=ca*"):  # the first and the last
        for end in ("kill -KILL $$", "exit 127"):  # without memory, or its libraries
            earlier.stub("awk", f'case $* in {arguments}) {end} ;; esac\nexec {awk} "$@"')
            assert re.match(r"awk failed \(exit status 1(37|27)\), so nothing can be saved", earlier.run().failure)


def test_neither_file_is_saved_without_the_other(
    earlier: Workspace, deployment: Deployment, certificates: Certificates
) -> None:
    deployment.serve(Answer(body=certificates.company.pem.encode()))
    for file in (earlier.cert_path, earlier.bundle_path):
        earlier.stub("mv", mv_that_fails(file.name))
        assert "cannot write to" in earlier.run().failure


def test_neither_file_is_left_after_a_first_start_that_fails(workspace: Workspace) -> None:
    for file in (workspace.cert_path, workspace.bundle_path):
        workspace.stub("mv", mv_that_fails(file.name))
        assert "cannot write to" in workspace.run().failure
        assert list(workspace.certificates.iterdir()) == []


def test_a_signal_between_the_renames_is_ignored(workspace: Workspace, certificates: Certificates) -> None:
    # A new bundle beside an old certificate would be neither the one state nor the other.
    workspace.stub("mv", f'{program("mv")} "$@" && for s in HUP INT TERM; do kill -$s $PPID; done')
    assert workspace.run().status == 0
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert workspace.bundle_path.exists()
    assert workspace.left_over() == []


def test_a_shell_that_ends_itself_says_so(workspace: Workspace) -> None:
    # As one does that cannot start a process.
    workspace.replace("\nmain\n", "\nmain() { trap clean_up EXIT; exit 254; }\nmain\n")
    assert "the shell ended (status 254): check process and memory limits" in workspace.run().failure


def test_a_killed_run_leaves_nothing_in_the_way_of_the_next(earlier: Workspace) -> None:
    with RawServer(silent) as server:
        earlier.values["ACCESS_URL"] = server.url
        process = earlier.start()
        assert server.asked.wait(30)
        process.kill()
        process.communicate()
    (left,) = earlier.left_over()
    shutil.rmtree(earlier.certificates / left)


def test_the_leftovers_of_a_killed_run_are_removed_hours_later(workspace: Workspace) -> None:
    # A fresh directory may be that of a run that is still going on, and the saved files may lie in one of that name.
    directory = workspace.home / ".aibridge-proxy.cccccc"
    workspace.save_at(directory / "ca.pem")
    stale, fresh, other = (directory / name for name in (".aibridge-proxy.aaaaaa", ".aibridge-proxy.bbbbbb", "foreign"))
    for made in (directory, stale, fresh, other):
        made.mkdir()
        (made / "ca").touch()
    for made in (directory, stale, other):
        os.utime(made, (time.time() - STALE_SECONDS,) * 2)
    assert workspace.run().status == 0
    assert workspace.left_over() == sorted([fresh.name, other.name, "ca"])


def test_two_runs_save_those_of_one(workspace: Workspace, deployment: Deployment, certificates: Certificates) -> None:
    pems = [certificates.company.pem, certificates.intermediate.pem]
    deployment.serve(*(Answer(body=pem.encode()) for pem in pems))
    # Neither is answered before both have asked.
    deployment.before_answer = threading.Barrier(2).wait
    runs = [wait_for_end(process) for process in [workspace.start(), workspace.start()]]
    assert [run.status for run in runs] == [0, 0]
    assert workspace.cert_path.read_text() in pems
    assert workspace.bundle_path.read_text() in [pem + certificates.public.pem for pem in pems]
    assert workspace.left_over() == []
