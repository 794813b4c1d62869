"""What lies at cert_path or beside it, and whose the directory is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.script.workspace import program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.deployment import Deployment
    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives directories to other users")

CALLER = 54321
STRANGER = 54322


@pytest.fixture(params=["cert_path", "bundle_path"])
def place(request: pytest.FixtureRequest, workspace: Workspace) -> Path:
    """Return one of the two paths."""
    path: Path = getattr(workspace, request.param)
    return path


def test_a_directory_is_refused(workspace: Workspace, place: Path) -> None:
    place.mkdir()
    assert f"{place} is a directory" in workspace.run().failure
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("target", ["file", "certificate", "directory", "nothing"])
def test_a_link_is_refused(workspace: Workspace, certificates: Certificates, place: Path, target: str) -> None:
    leads_to = workspace.home / "elsewhere"
    if target == "directory":
        leads_to.mkdir()
    elif target != "nothing":
        leads_to.write_text(certificates.company.pem if target == "certificate" else "precious")
    place.symlink_to(leads_to)
    assert f"{place} is a symbolic link" in workspace.run().failure
    assert place.is_symlink()
    assert leads_to.exists() == (target != "nothing")


@pytest.mark.parametrize("content", ["precious", " ", "-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_a_file_of_something_else_is_left_alone(
    workspace: Workspace, deployment: Deployment, place: Path, content: str
) -> None:
    place.write_text(content)
    for answer in (deployment.answers, {}):
        deployment.answers = answer
        assert str(place) in workspace.run().failure
        assert place.read_text() == content


def test_a_key_that_stands_with_its_certificate_is_not_lost(
    workspace: Workspace, certificates: Certificates, place: Path
) -> None:
    # Some servers keep both in one file.
    place.write_text(certificates.leaf.pem + certificates.leaf.key_pem)
    assert f"{place} holds a private key" in workspace.run().failure
    assert place.read_text() == certificates.leaf.pem + certificates.leaf.key_pem


def test_a_named_pipe_is_refused(workspace: Workspace, place: Path) -> None:
    # Reading it would never end.
    os.mkfifo(place)
    assert f"{place} is not a regular file" in workspace.run().failure


@pytest.mark.parametrize("damaged", [True, False], ids=["damaged", "empty"])
def test_an_empty_file_and_a_damaged_certificate_are_replaced(
    workspace: Workspace, certificates: Certificates, place: Path, *, damaged: bool
) -> None:
    place.write_text(certificates.proxy.pem[:300] if damaged else "")
    assert workspace.run().status == 0


def test_what_comes_to_lie_there_during_the_download_is_left_alone(
    workspace: Workspace, deployment: Deployment, place: Path
) -> None:
    def write() -> None:
        place.write_text("precious")

    deployment.before_answer = write
    assert f"{place} does not hold certificates" in workspace.run().failure
    assert place.read_text() == "precious"
    assert workspace.left_over() == []


def test_a_file_in_the_place_of_the_directory_stays(workspace: Workspace) -> None:
    file = workspace.home / "file"
    file.touch()
    workspace.save_at(file / "ca.pem")
    assert f"cannot write to {file}/" in workspace.run().failure
    assert file.is_file()


@pytest.mark.parametrize("below", ["", "new/"])
def test_a_directory_that_everyone_can_write_to_is_refused(workspace: Workspace, below: str) -> None:
    workspace.certificates.chmod(0o777)
    workspace.save_at(workspace.certificates / below / "ca.pem")
    assert f"everyone can write to {workspace.certificates}" in workspace.run().failure
    assert list(workspace.certificates.iterdir()) == []


def test_a_new_directory_is_looked_at_too(workspace: Workspace) -> None:
    # Someone may be quicker in making it.
    workspace.save_at(workspace.home / "new" / "ca.pem")
    workspace.stub("mkdir", f'{program("mkdir")} "$@" && chmod 777 "{workspace.home}/new"')
    assert f"everyone can write to {workspace.home}/new" in workspace.run().failure
    assert list(workspace.cert_path.parent.iterdir()) == []


def test_a_directory_that_comes_up_between_two_looks_is_looked_at_too(workspace: Workspace) -> None:
    # Someone may be quicker still.
    planted = workspace.home / "new"
    workspace.save_at(planted / "ca.pem")
    mkdir, ls = program("mkdir"), program("ls")
    workspace.stub("ls", f'{ls} "$@"; [ -e "{planted}" ] || {mkdir} -m 777 "{planted}"')
    assert f"everyone can write to {planted}" in workspace.run().failure
    assert list(planted.iterdir()) == []


@pytest.mark.parametrize("mode", [0o1777, 0o775, 0o2775, 0o770, 0o700])
def test_sticky_and_group_writable_directories_are_fine(workspace: Workspace, mode: int) -> None:
    # The first is /tmp, the others are homes.
    workspace.certificates.chmod(mode)
    assert workspace.run().status == 0


def test_a_link_of_ones_own_to_a_directory_is_followed(workspace: Workspace) -> None:
    # Homes and /tmp are links in places.
    (workspace.home / "link").symlink_to(workspace.certificates)
    workspace.save_at(workspace.home / "link" / "ca.pem")
    assert workspace.run().status == 0
    assert (workspace.certificates / "ca.pem").is_file()


@needs_root
class TestOtherUsers:
    """The script runs as a user who is not root, whose home the workspace's is."""

    @pytest.fixture(autouse=True)
    def _give_away(self, workspace: Workspace, tmp_path: Path) -> None:
        # pytest makes its directories for itself alone.
        for directory in (tmp_path, *tmp_path.parents):
            if directory.stat().st_uid == os.geteuid() and not directory.stat().st_mode & 0o001:
                directory.chmod(directory.stat().st_mode | 0o055)
        for path in (workspace.home, workspace.certificates, workspace.notes):
            os.chown(path, CALLER, CALLER)

    def test_a_directory_of_ones_own_below_one_of_roots_is_fine(self, workspace: Workspace) -> None:
        # As homes are.
        assert workspace.run(user=CALLER).status == 0
        assert workspace.cert_path.stat().st_uid == CALLER

    def test_a_new_directory_in_a_sticky_one_of_roots_is_fine(self, workspace: Workspace, tmp_path: Path) -> None:
        # As in /tmp, the default.
        shared = tmp_path / "shared"
        shared.mkdir()
        shared.chmod(0o1777)
        workspace.save_at(shared / "aibridge-proxy" / "ca-cert.pem")
        assert workspace.run(user=CALLER).status == 0

    @pytest.mark.parametrize("caller", [CALLER, 0], ids=["user", "root"])
    @pytest.mark.parametrize("mode", [0o755, 0o1777])
    def test_a_directory_of_a_stranger_is_refused(
        self, workspace: Workspace, tmp_path: Path, caller: int, mode: int
    ) -> None:
        # Such as /tmp/aibridge-proxy, if someone was quicker; even root leaves it alone.
        planted = tmp_path / "planted"
        planted.mkdir()
        planted.chmod(mode)
        os.chown(planted, STRANGER, STRANGER)
        for below in ("", "new/"):
            workspace.save_at(planted / below / "ca-cert.pem")
            assert f"{planted}/ belongs to another user" in workspace.run(user=caller).failure
        assert list(planted.iterdir()) == []

    def test_a_link_of_a_stranger_is_refused(self, workspace: Workspace, tmp_path: Path) -> None:
        planted = tmp_path / "planted"
        planted.symlink_to(workspace.certificates)
        os.chown(planted, STRANGER, STRANGER, follow_symlinks=False)
        workspace.save_at(planted / "ca-cert.pem")
        assert f"{planted} belongs to another user" in workspace.run(user=CALLER).failure
        assert list(workspace.certificates.iterdir()) == []

    def test_a_link_of_ones_own_to_a_directory_of_a_stranger_is_refused(
        self, workspace: Workspace, tmp_path: Path
    ) -> None:
        strange = tmp_path / "strange"
        strange.mkdir()
        os.chown(strange, STRANGER, STRANGER)
        link = workspace.home / "link"
        link.symlink_to(strange)
        workspace.save_at(link / "ca-cert.pem")
        assert f"{link}/ belongs to another user" in workspace.run().failure

    def test_a_directory_of_roots_that_one_cannot_write_to_is_named(self, workspace: Workspace, tmp_path: Path) -> None:
        workspace.save_at(tmp_path / "ca-cert.pem")
        assert f"cannot write to {tmp_path}/" in workspace.run(user=CALLER).failure

    def test_a_file_that_one_cannot_read_is_left_alone(self, workspace: Workspace) -> None:
        workspace.cert_path.write_text("precious")
        workspace.cert_path.chmod(0)
        assert f"{workspace.cert_path} does not hold certificates" in workspace.run(user=CALLER).failure
        assert workspace.cert_path.read_text() == "precious"
