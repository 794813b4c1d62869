"""Other files at the paths to save to, and directories of other users."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.script.workspace import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.harness.deployment import Deployment
    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

CALLER = 54321
STRANGER = 54322


@pytest.fixture(params=["cert_path", "bundle_path", "wrapper_path"])
def place(request: pytest.FixtureRequest, workspace: Workspace) -> Path:
    """Return one of the three paths. The wrapper's has a directory of its own."""
    if request.param == "wrapper_path":
        (workspace.home / "bin").mkdir()
        workspace.save_wrapper_at(workspace.home / "bin" / "aibridge")
    path: Path = getattr(workspace, request.param)
    return path


def _giant(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 30)


# What is at the path, and what is said of it.
OTHERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "directory": (Path.mkdir, "is a directory: the"),
    "named pipe": (os.mkfifo, "is not a regular file"),  # reading it would never end
    "giant": (_giant, "is larger than 16 MiB"),
    "link to a file": (lambda path: path.symlink_to("../file"), "is a symbolic link"),
    "link to a directory": (lambda path: path.symlink_to("../certs"), "is a symbolic link"),
    "link to nothing": (lambda path: path.symlink_to("../nothing"), "is a symbolic link"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_kinds_are_refused(workspace: Workspace, certificates: Certificates, place: Path, name: str) -> None:
    plant, reason = OTHERS[name]
    (workspace.home / "file").write_text(certificates.company.pem)
    plant(place)
    before = place.lstat()[:7]  # all but the times: links are looked at
    assert f"{place} {reason}" in workspace.run().failure
    assert place.lstat()[:7] == before
    assert (workspace.home / "file").read_text() == certificates.company.pem
    assert not (workspace.home / "nothing").exists()


def test_any_other_file_is_left_alone(workspace: Workspace, certificates: Certificates, place: Path) -> None:
    place.touch()  # an empty one is replaced
    assert workspace.run().status == 0
    assert place.stat().st_size > 0
    leaf = certificates.leaf
    incomplete = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    # Some servers keep a certificate and its key in one file.
    for content in ("precious", " ", "#!/bin/sh\n\nclaude\n", "\x7fELF\0\n\0", incomplete, leaf.pem + leaf.key_pem):
        place.write_text(content)
        run = workspace.run()
        assert run.failure.startswith(str(place))
        assert ("contains a private key" in run.failure) == (content[-20:] == leaf.key_pem[-20:] and place.suffix != "")
        assert run.stderr.count("\n") == 1
        assert place.read_text() == content


def test_nothing_is_written_unless_both_places_are_good(workspace: Workspace) -> None:
    # The good one is not there yet.
    new, path = workspace.home / "new", workspace.certificates / "directory"
    path.mkdir()
    workspace.save_wrapper_at(path)
    workspace.save_at(new / "ca.pem")
    assert f"{path} is a directory: the wrapper_path must be" in workspace.run().failure
    workspace.save_wrapper_at(new / "aibridge")
    workspace.save_at(path)
    assert f"{path} is a directory: the cert_path must be" in workspace.run().failure
    assert not new.exists()


def test_a_file_that_appears_during_the_download_is_left_alone(workspace: Workspace, deployment: Deployment) -> None:
    for path in (workspace.bundle_path, workspace.cert_path):

        def write(path: Path = path) -> None:
            path.write_text("precious")

        deployment.before_answer = write
        assert f"{path} does not contain certificates" in workspace.run().failure
        assert path.read_text() == "precious"
        assert workspace.left_over() == []
        path.unlink()


def test_a_directory_that_appears_at_the_last_moment_gets_no_file(workspace: Workspace, place: Path) -> None:
    # mv must not move the file into it.
    planting = f'case $* in */{place.name}\\ *) {program("mkdir")} "{place}" ;; esac'
    workspace.stub("mv", f'{planting}\nexec {program("mv")} "$@"')
    assert "cannot write to" in workspace.run().failure
    assert list(place.iterdir()) == []


def test_a_file_in_the_place_of_the_directory_stays(workspace: Workspace) -> None:
    file = workspace.home / "file"
    file.touch()
    workspace.save_at(file / "ca.pem")
    assert f"cannot write to {file}/" in workspace.run().failure
    assert file.is_file()


def test_a_directory_that_everyone_can_write_to_is_refused(workspace: Workspace, place: Path) -> None:
    place.parent.chmod(0o777)
    assert f"everyone can write to {place.parent}" in workspace.run().failure
    assert list(place.parent.iterdir()) == []


def test_an_ancestor_that_everyone_can_write_to_is_a_warning(workspace: Workspace) -> None:
    # Such as a Kubernetes emptyDir at /tmp, which the user cannot change.
    workspace.certificates.chmod(0o777)
    workspace.save_at(workspace.certificates / "new" / "ca.pem")
    workspace.save_wrapper_at(workspace.certificates / "new" / "aibridge")
    run = workspace.run()
    assert run.status == 0
    assert run.stderr.startswith(f"AI Bridge Proxy setup: warning: anyone could replace {workspace.certificates}/new")
    assert run.stderr.count("\n") == 1


def test_a_directory_created_by_someone_else_is_checked(workspace: Workspace) -> None:
    # It is open, vanishes, or is a loop of links.
    opened = f'{program("mkdir")} "$@" && {program("chmod")} 0777 "$3"'
    mkdirs = {
        opened: "everyone can write to",
        "exit 0": "cannot write to",
        f"{program('ln')} -s $3 $3": "cannot write to",
    }
    for number, (mkdir, reason) in enumerate(mkdirs.items()):
        new = workspace.home / f"new{number}"
        workspace.save_at(new / "ca.pem")
        workspace.stub("mkdir", mkdir)
        # Nor does it help to bring it back after a look.
        workspace.stub("mktemp", f'{program("mkdir")} -p "{new}"\nexec {program("mktemp")} "$@"')
        assert f"{reason} {new}" in workspace.run().failure
        assert not new.is_dir() or list(new.iterdir()) == []


def test_sticky_and_group_writable_directories_are_fine(workspace: Workspace) -> None:
    # The first is /tmp, the others are homes.
    for mode in (0o1777, 0o775, 0o2775, 0o770, 0o700):
        workspace.certificates.chmod(mode)
        assert workspace.run().status == 0


def test_the_callers_own_link_to_a_directory_is_followed(workspace: Workspace) -> None:
    # Homes and /tmp are links in places. The ls of busybox prints other characters than ASCII as question marks.
    for target in ("a b", "jürgen", "certs/../a"):
        (workspace.home / Path(target).name).mkdir()
        (workspace.home / f"to {Path(target).name}").symlink_to(target)
        workspace.save_at(workspace.home / f"to {Path(target).name}" / "ca.pem")
        assert workspace.run().status == 0
        assert (workspace.home / target / "ca.pem").is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives directories to other users")
class TestOtherUsers:
    """The script runs as a user who is not root, whose home the workspace's is."""

    @pytest.fixture
    def tmp_path(self) -> Iterator[Path]:
        """Make a directory that all users can enter; those of pytest are for one alone."""
        with tempfile.TemporaryDirectory() as directory:
            Path(directory).chmod(0o755)
            yield Path(directory)

    @pytest.fixture(autouse=True)
    def _give_away(self, workspace: Workspace) -> None:
        for path in (workspace.home, workspace.certificates, workspace.notes):
            os.chown(path, CALLER, CALLER)

    @pytest.fixture
    def shared(self, tmp_path: Path) -> Path:
        """Make a directory like /tmp."""
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared").chmod(0o1777)
        return tmp_path / "shared"

    def test_own_directories_below_those_of_root_are_fine(self, workspace: Workspace, shared: Path) -> None:
        # As homes are, and the default in /tmp.
        assert workspace.run(user=CALLER).status == 0
        assert workspace.cert_path.stat().st_uid == CALLER
        workspace.save_at(shared / "aibridge-proxy" / "ca-cert.pem")
        assert workspace.run(user=CALLER).status == 0

    @pytest.mark.parametrize("caller", [CALLER, 0], ids=["user", "root"])
    def test_what_belongs_to_another_user_is_refused(
        self, workspace: Workspace, certificates: Certificates, shared: Path, caller: int
    ) -> None:
        # Such as /tmp/aibridge-proxy, if someone was quicker; even root leaves it alone.
        for path in (workspace.home, workspace.certificates):
            os.chown(path, caller, caller)
        workspace.save_at(shared / "ca-cert.pem")
        workspace.cert_path.write_text(certificates.company.pem)
        os.chown(workspace.cert_path, STRANGER, STRANGER)
        assert f"{workspace.cert_path} belongs to another user" in workspace.run(user=caller).failure
        assert workspace.cert_path.read_text() == certificates.company.pem
        planted = shared / "planted"
        planted.mkdir()
        planted.chmod(0o1777)
        os.chown(planted, STRANGER, STRANGER)
        for save_at in (workspace.save_at, workspace.save_wrapper_at):
            for below in ("", "new/"):
                save_at(planted / below / "file.pem")
                assert f"{planted}/ belongs to another user (uid 54322)" in workspace.run(user=caller).failure
        assert list(planted.iterdir()) == []

    @pytest.mark.parametrize("planted", ["link", "link on the way of a link", "parent of what a link leads to"])
    def test_a_path_that_others_can_redirect_is_refused(self, workspace: Workspace, shared: Path, planted: str) -> None:
        # Each path leads to a directory of the caller's in the end.
        if planted == "parent of what a link leads to":
            shared.chmod(0o755)
            (shared / "own").mkdir()
            os.chown(shared / "own", CALLER, CALLER)
            redirecting, target = shared, shared / "own"
        else:
            redirecting = shared / "link"
            redirecting.symlink_to(workspace.home)
            target = redirecting / "certs"
        os.chown(redirecting, STRANGER, STRANGER, follow_symlinks=False)
        link = workspace.home / "link"
        link.symlink_to(target)
        workspace.save_at((target if planted == "link" else link) / "ca-cert.pem")
        assert f"{redirecting}" in workspace.run(user=CALLER).failure
        assert not (target / "ca-cert.pem").exists()

    def test_a_directory_that_another_user_swaps_is_refused(self, workspace: Workspace, shared: Path) -> None:
        # In a sticky directory anyone can be quicker than mkdir.
        workspace.save_at(shared / "aibridge-proxy" / "ca-cert.pem")
        workspace.stub("mkdir", f'{program("mkdir")} "$@" && {program("chown")} {STRANGER} "$3"')
        assert f"{shared}/aibridge-proxy/ belongs to another user" in workspace.run(user=0).failure
        assert list(workspace.cert_path.parent.iterdir()) == []

    @pytest.mark.parametrize(("mapped", "taken_for_root"), [("1", True), ("4294967295", False)])
    def test_only_where_not_all_users_are_mapped_the_overflow_user_is_taken_for_root(
        self, workspace: Workspace, tmp_path: Path, mapped: str, *, taken_for_root: bool
    ) -> None:
        # In the user namespace of a rootless container, root's directories are those of a user without a number.
        overflow_user = int(Path("/proc/sys/kernel/overflowuid").read_text())
        uid_map = tmp_path / "uid_map"
        uid_map.write_text(f"         0       1000 {mapped}\n")
        workspace.replace("/proc/self/uid_map", str(uid_map))
        os.chown(tmp_path, overflow_user, -1)
        run = workspace.run(user=CALLER)
        assert run.status == (0 if taken_for_root else 1)
        said = f"warning: directories of uid {overflow_user}" if taken_for_root else f"{tmp_path}/ belongs to another"
        assert said in run.stderr

    def test_what_the_caller_can_neither_write_nor_read_is_named(self, workspace: Workspace, tmp_path: Path) -> None:
        workspace.cert_path.write_text("precious")
        workspace.cert_path.chmod(0)
        assert f"{workspace.cert_path} cannot be read" in workspace.run(user=CALLER).failure
        assert workspace.cert_path.read_text() == "precious"
        workspace.save_at(tmp_path / "ca-cert.pem")
        assert f"cannot write to {tmp_path}/" in workspace.run(user=CALLER).failure
