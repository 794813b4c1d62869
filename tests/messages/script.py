"""What the startup script and the wrapper say: by running them in workspaces."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.harness.certificates import make_certificate
from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.harness.raw_server import closed_port
from tests.messages.case import entry, sections
from tests.script.rendering import PLACEHOLDERS, Renderer
from tests.script.workspace import Run, Workspace, program
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.script.rendering import Rendered

    # What is wrong with a workspace that would otherwise download the certificate.
    Spoil = Callable[["Place"], object]

CA, SERVER = make_certificate("proxy CA"), make_certificate("server", ca=False)
PUBLIC, PRIVATE = make_certificate("public root"), make_certificate("private root")


class Place:
    """A workspace, the deployment that it asks, and what ends with them."""

    def __init__(self, workspace: Workspace, running: ExitStack) -> None:
        self.workspace = workspace
        self.running = running
        self.deployment = self.deploy()

    def deploy(self, **settings: object) -> Deployment:
        """Run a deployment and have the workspace ask it."""
        deployment = Deployment(**{"token": TOKEN, "ca_cert_pem": CA.pem, **settings})  # type: ignore[arg-type]
        self.workspace.ask(self.running.enter_context(deployment))
        return deployment

    @property
    def cert_path(self) -> Path:
        """Where the certificate is saved."""
        return self.workspace.cert_path

    @property
    def wrapper_path(self) -> Path:
        """Where the wrapper is saved, from now on."""
        self.workspace.save_wrapper_at(self.workspace.home / "ai-proxy")
        return self.workspace.wrapper_path


def gives(**values: str) -> Spoil:
    """Give the script other values."""
    return lambda place: place.workspace.values.update(values)


def serves(status: int = 200, body: str = "", location: str = "") -> Spoil:
    """Have the deployment answer like this."""
    answer = Answer(status, body.encode(), {"Location": location} if location else {})
    return lambda place: place.deployment.serve(answer)


def stubs(name: str, body: str) -> Spoil:
    """Replace a program by a few lines of sh."""
    return lambda place: place.workspace.stub(name, body)


def curl_ends(end: str) -> Spoil:
    """Have curl read its settings and end."""
    return stubs("curl", f"{program('cat')} >{os.devnull}\nprintf 000\n{end}")


def contains(text: str, path: str = "cert_path") -> Spoil:
    """Put a file where one will be saved."""
    return lambda place: getattr(place, path).write_text(text)


def lists_owner(user: int, name: str) -> Spoil:
    """Have ls say that an entry is another user's: only root can give it away."""
    expression = rf"s/^\(\S* *[0-9]* *\)[0-9]*/\1{user}/"
    listed = f'{program("ls")} "$@"'
    return stubs("ls", f"case $2 in {name}) {listed} | sed '{expression}' ;; *) {listed} ;; esac")


def has_an_expired_certificate(place: Place) -> None:
    """Have the deployment speak TLS with a certificate that has expired."""
    expired = make_certificate("coder", issuer=PUBLIC, ca=False, hosts=["127.0.0.1"], to_day=-1)
    place.deploy(certificate=expired)


def has_an_unknown_certificate(place: Place) -> None:
    """Have the deployment speak TLS with a certificate from an unknown CA."""
    place.deploy(certificate=make_certificate("coder", issuer=PRIVATE, ca=False, hosts=["127.0.0.1"]))


def is_down(place: Place) -> None:
    """Leave the deployment's port closed."""
    place.workspace.values["ACCESS_URL"] = place.running.enter_context(closed_port())


def has_a_file_for_a_directory(place: Place) -> None:
    """Have a file lie where the directory of cert_path should be."""
    place.cert_path.parent.rmdir()
    place.cert_path.parent.touch()


def has_no_roots(place: Place) -> None:
    """Take the system's roots away."""
    place.workspace.roots.unlink()
    for path in SYSTEM_TRUST_FILES[1:]:
        place.workspace.replace(path, f"{path}.missing")


def maps_one_user(place: Place) -> None:
    """Have the workspace in a user namespace that does not map all users."""
    uid_map = place.workspace.notes / "uid_map"
    uid_map.write_text("0 1000 1\n")
    place.workspace.replace("/proc/self/uid_map", str(uid_map))
    lists_owner(int(Path("/proc/sys/kernel/overflowuid").read_text()), "./certs")(place)


def is_not_executable(place: Place) -> None:
    """Save the wrapper without its x, as on a file system that is mounted noexec."""
    assert place.wrapper_path
    place.workspace.stub("chmod", f'case $1 in 0700) set -- 0600 "$2" ;; esac\nexec {program("chmod")} "$@"')


# A curl from a snap sees neither the workspace's files nor its roots.
SNAP = f'cd /proc && exec {program("curl")} "$@"'
CLAUDE = "#!/bin/sh\n\nclaude\n"

FAILURES: Mapping[str, Mapping[str, Spoil]] = {
    "The workspace": {
        "<awk is not installed>": lambda place: place.workspace.without("awk"),
        "<curl is not installed>": lambda place: place.workspace.without("curl"),
        "<the agent's deadline passes>": curl_ends("kill -HUP $PPID"),
    },
    "The token": {
        "<no session token>": gives(SESSION_TOKEN=""),
        "<a session token with a line break>": gives(SESSION_TOKEN="a\nb"),
    },
    "The way to the deployment": {
        "<the port of access_url is closed>": is_down,
        "<the deployment's certificate is from a private CA>": has_an_unknown_certificate,
        "<the deployment's certificate has expired>": has_an_expired_certificate,
        "<curl cannot read the roots>": curl_ends("exit 77"),
        "<curl does not know an option>": curl_ends("exit 2"),
    },
    "The deployment's answer": {
        "<the answer has status 302, to https>": serves(302, location="https://127.0.0.1/"),
        "<the answer has status 302, to a login page>": serves(302, location="https://login.example.com/"),
        "<an old token>": gives(SESSION_TOKEN="old"),
        "<the answer has status 403>": serves(403),
        "<the answer has status 404>": serves(404),
        "<the answer has status 418>": serves(418),
        "<the answer is empty>": serves(),
        "<the answer is too long>": serves(body="a" * 16385),
        "<the answer has headers without end>": curl_ends("exit 27"),
        "<a curl from a snap>": stubs("curl", SNAP),
        "<the answer is a login page>": serves(body="<html>"),
        "<the answer has a private key in it>": serves(body=CA.pem + CA.key_pem),
        "<the CA certificate has expired>": serves(body=make_certificate("proxy CA", to_day=-1).pem),
        "<the answer is the certificate of a server>": serves(body=SERVER.pem),
    },
    "cert_path and wrapper_path": {
        "<the directory of cert_path is a file>": has_a_file_for_a_directory,
        "<cert_path is a directory>": lambda place: place.cert_path.mkdir(),
        "<cert_path is a symbolic link>": lambda place: place.cert_path.symlink_to("ca.pem"),
        "<cert_path is a device>": lambda place: place.workspace.save_at(Path("/dev/null")),
        "<there is another file at cert_path>": contains("a"),
        "<there is a certificate with its key at cert_path>": contains(CA.pem + CA.key_pem),
        "<there is another file at wrapper_path>": contains(CLAUDE, "wrapper_path"),
        "<the directory of cert_path belongs to another user>": lists_owner(1001, "./certs"),
        "<everyone can write to the directory of cert_path>": lambda place: place.cert_path.parent.chmod(0o777),
    },
}

WARNINGS: Mapping[str, Spoil] = {
    "<no ca-certificates>": has_no_roots,
    "<the roots have half a certificate>": lambda place: place.workspace.roots.write_text(PUBLIC.pem + PUBLIC.pem[:99]),
    "<everyone can write to the home directory>": lambda place: place.workspace.home.chmod(0o777),
    "<a rootless container>": maps_one_user,
    "<the home directory is mounted noexec>": is_not_executable,
}


def messages() -> str:
    """Return the part of the page on the startup script and the wrapper."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        (rendered,) = Renderer(directory / "render").render([PLACEHOLDERS])
        runs = _Runs(directory, rendered)
        failures = {
            title: [entry(shown, [f"  {runs.run(spoil).failure}"]) for shown, spoil in cases.items()]
            for title, cases in FAILURES.items()
        }
        warnings = [entry(shown, _warnings(runs.run(spoil))) for shown, spoil in WARNINGS.items()]
        text = sections(failures | {"Warnings": warnings, "The wrapper": runs.wrapper()})
        return runs.generalized(text)


class _Runs:
    """Runs the script, each time in a new workspace."""

    def __init__(self, directory: Path, rendered: Rendered) -> None:
        self._directory = directory
        self._rendered = rendered
        self._number = 0

    def workspace(self) -> Workspace:
        self._number += 1
        directory = self._directory / str(self._number)
        directory.mkdir()
        return Workspace(directory, "dash", self._rendered, PUBLIC.pem)

    def run(self, spoil: Spoil) -> Run:
        with ExitStack() as running:
            place = Place(self.workspace(), running)
            spoil(place)
            return place.workspace.run()

    def wrapper(self) -> list[str]:
        """Return what the wrapper says, without a command and without the files."""
        with ExitStack() as running:
            place = Place(self.workspace(), running)
            wrapper = str(place.wrapper_path)
            assert place.workspace.run().status == 0
            usage = _transcript(wrapper)
            place.cert_path.unlink()
            return [usage, _transcript(wrapper, "claude")]

    def generalized(self, text: str) -> str:
        """Return a text with the paths that a workspace could have."""
        for number in range(1, self._number + 1):
            text = text.replace(f"{self._directory}/{number}/home", "/home/coder")
            text = text.replace(f"{self._directory}/{number}/roots.pem", SYSTEM_TRUST_FILES[0])
        return text


def _warnings(run: Run) -> list[str]:
    assert run.status == 0, run
    return [f"  {line.removeprefix('AI Bridge Proxy setup: warning: ')}" for line in run.stderr.splitlines()]


def _transcript(*command: str) -> str:
    ran = subprocess.run(["sh", *command], capture_output=True, text=True, timeout=60, check=False)
    return f"$ {' '.join(command)}\n{ran.stderr.rstrip()}"
