"""A workspace in which the startup script runs as Coder's agent runs it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tests.script.rendering import VARIABLES
from tf_helper.values.cert_path import CertPath
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.harness.deployment import Deployment
    from tests.script.rendering import Rendered

# All that the script may need, curl and openssl aside. There is nothing else on PATH.
UTILITIES = (
    *("awk", "chmod", "cp", "date", "find", "id", "ls", "mkdir", "mktemp", "mv", "readlink", "rm", "sed", "sleep"),
    "timeout",
)
TOOLS = (*UTILITIES, "curl", "openssl")

SHELLS: Mapping[str, tuple[str, ...]] = {"dash": ("dash",), "bash": ("bash",), "busybox": ("busybox", "sh")}

# What bash would take a function of the environment for: its builtins, and the programs.
CALLED = (
    *("[", "alias", "break", "builtin", "cd", "command", "continue", "declare", "echo", "eval", "exec", "exit"),
    *("export", "getopts", "hash", "kill", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift"),
    *("source", "test", "times", "trap", "true", "type", "ulimit", "umask", "unset", "wait"),
    *("cat", "coder", "grep", "tr", *TOOLS),
)

SYSTEM_ROOTS, *_, LAST_SYSTEM_ROOTS = SYSTEM_TRUST_FILES

_LIMIT_FILES = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.Handlers[sys.argv[1]])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
os.execv(sys.argv[3], sys.argv[3:])
"""

# A run that does not end by itself must not hang the tests.
SECONDS = 60


@dataclass(frozen=True)
class Run:
    """What a run said, and how it ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def failure(self) -> str:
        """The sentence that a failed run ends with."""
        assert self.status == 1, self
        assert self.stdout == "", self
        before, prefix, sentence = self.stderr.rpartition("AI Bridge Proxy setup failed: ")
        assert prefix, self
        assert "setup failed" not in before, self
        assert sentence.count("\n") == 1, self
        assert sentence.endswith("\n"), self
        return sentence.rstrip("\n")


class Workspace:
    """Directories, programs, environment and the script's values, all of which a test may change before it runs.

    Under dash and bash the programs are the machine's, under busybox they are busybox's own, apart from curl and
    openssl. `sleep` only notes how long it should have slept.
    """

    def __init__(self, directory: Path, shell: str, rendered: Rendered, roots_pem: str) -> None:
        self.shell = shell
        self.script = rendered.script
        self.home = directory / "home"
        self.bin = directory / "bin"
        self.notes = directory / "notes"
        self.roots = directory / "roots.pem"
        self.certificates = self.home / "certs"
        for made in (self.home, self.bin, self.notes, self.certificates):
            made.mkdir()
        self.roots.write_text(roots_pem)
        for tool in TOOLS:
            of_busybox = shell == "busybox" and tool in UTILITIES
            (self.bin / tool).symlink_to(program("busybox" if of_busybox else tool))
        self.note("sleep")
        self.environment = {"PATH": str(self.bin), "HOME": str(self.home)}
        self.values = dict.fromkeys(VARIABLES, "") | {"ACCESS_URL": "http://127.0.0.1:1"}
        self.save_at(self.certificates / "ca-cert.pem")
        # The machine's own roots stay out of it.
        self.replace(SYSTEM_ROOTS, str(self.roots))
        self._wrapper = rendered.wrapper.replace(SYSTEM_ROOTS, str(self.roots))

    @property
    def cert_path(self) -> Path:
        """Where the certificate is saved."""
        return self.home.joinpath(self.values["CERT_PATH"])

    @property
    def bundle_path(self) -> Path:
        """Where the bundle is saved."""
        return self.home.joinpath(self.values["CA_BUNDLE_PATH"])

    @property
    def wrapper_path(self) -> Path:
        """Where the wrapper is saved, if it is."""
        return self.home.joinpath(self.values["WRAPPER_PATH"])

    def save_wrapper_at(self, wrapper_path: Path) -> None:
        """Have a wrapper saved at this path."""
        self.values["WRAPPER_PATH"] = str(wrapper_path)

    def save_at(self, cert_path: Path) -> None:
        """Have the certificate saved at this path and the bundle beside it."""
        self.values.update(CERT_PATH=str(cert_path), CA_BUNDLE_PATH=CertPath(str(cert_path)).bundle_path)

    def ask(self, deployment: Deployment) -> None:
        """Have the certificate downloaded from this deployment."""
        self.values.update(ACCESS_URL=deployment.url, SESSION_TOKEN=deployment.token)

    def replace(self, old: str, new: str) -> None:
        """Replace the only occurrence of a text in the script."""
        assert self.script.count(old) == 1, f"{old!r} is in the script {self.script.count(old)} times"
        self.script = self.script.replace(old, new)

    def without(self, tool: str) -> None:
        """Take a program away."""
        (self.bin / tool).unlink()

    def stub(self, name: str, body: str) -> None:
        """Replace a program by a few lines of sh."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def note(self, name: str, then: str = "exit 0") -> None:
        """Put a program there that notes its arguments, see `noted`, and then does something."""
        self.stub(name, f"printf '%s\\n' \"$*\" >>'{self.notes / name}'\n{then}")

    def noted(self, name: str) -> list[str]:
        """Return the arguments of each call of a program made by `note`."""
        path = self.notes / name
        return path.read_text().splitlines() if path.exists() else []

    def text(self) -> str:
        """Return the script with its values."""
        wrapper = self.wrapper_text() if self.values["WRAPPER_PATH"] else ""
        return fill_in(self.script, self.values | {"WRAPPER": wrapper})

    def wrapper_text(self) -> str:
        """Return the wrapper with its values."""
        return fill_in(self._wrapper, self.values | {"TOKEN": self.values["SESSION_TOKEN"]})

    def start(self, *launcher: str, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401 - Popen's own
        """Start the script in a session of its own, under another program if one is given."""
        return subprocess.Popen(
            [*launcher, program(SHELLS[self.shell][0]), *SHELLS[self.shell][1:], "-c", self.text()],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )

    def run(self, *launcher: str, **options: Any) -> Run:  # noqa: ANN401 - Popen's own
        """Run the script to its end."""
        return wait_for_end(self.start(*launcher, **options))

    def left_over(self) -> list[str]:
        """Return the names of what lies beside the two files."""
        if not self.cert_path.parent.is_dir():
            return []
        saved = {self.cert_path.name, self.bundle_path.name, self.wrapper_path.name}
        return sorted({path.name for path in self.cert_path.parent.iterdir()} - saved)


def limiting_files(size: int, at_limit: Literal["SIG_IGN", "SIG_DFL"]) -> tuple[str, ...]:
    """Return a launcher under which no file grows over a size.

    With the signal ignored, a write over the limit fails as it does on a full disk; otherwise it kills the writer.
    """
    return (sys.executable, "-c", _LIMIT_FILES, at_limit, str(size))


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Put values between the single quotes where their names stand, as terraform does (see the tests of values)."""
    for name, value in values.items():
        text = text.replace(f"'@{name}@'", "'{}'".format(value.replace("'", "'\\''")))
    return text


def functions(leak: Path, names: Iterable[str] = CALLED) -> dict[str, str]:
    """Return variables that bash takes for exported functions, each of which writes its arguments to a file."""
    return {f"BASH_FUNC_{name}%%": f"() {{ /bin/echo {name} \"$@\" >>'{leak}'; }}" for name in names}


def wait_for_end(process: subprocess.Popen[str]) -> Run:
    """Wait for the end of a started script."""
    try:
        stdout, stderr = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return Run(process.returncode, stdout, stderr)


def program(name: str) -> str:
    """Return the path of a program of this machine."""
    path = shutil.which(name)
    assert path, f"{name} is not on PATH"
    return path
