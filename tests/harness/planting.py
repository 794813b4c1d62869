"""Secrets planted in a program's inputs, and the places where they may then be found.

secrets = Secrets.new()
seen = observe([PROGRAM], query(secrets.password), env={"CODER_SESSION_TOKEN": secrets.token}, scratch=tmp_path)
assert seen.places_of(secrets) == []
"""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from tests.harness.program import ENVIRONMENT, SECONDS, Ran

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Secrets(NamedTuple):
    """A session token and a password that nothing else on this machine contains."""

    token: str
    password: str

    @classmethod
    def new(cls) -> Secrets:
        """Make them up, the token in Coder's form."""
        return cls(f"{token_hex(5)}-{token_hex(11)}", f"pass{token_hex(8)}")


# Where a user name, a password or a token can be in what should be a host or a URL.
SECRET_TEXTS = (
    *(
        "https://user:{}@h",
        "https://{}@h",
        "https://user:{}@h:99999/x",
        "https://user:a/{}@h",
        "https://user:a?{}#{}@h",
    ),
    *(
        "https://user:{}\uff20h",
        "https://user:{}@h x",
        "https://user:{}\n@h",
        " https://user:{}@\u00e4 ",
        "https:user:{}@h",
    ),
    *(
        "https://user%3A{}%40h",
        "https:/user:{}@h",
        "https://h/{}",
        "https://h/../{}",
        "https://h?token={}",
        "https://h#{}",
    ),
    *(
        "https://h:{}",
        "https://h\\@{}",
        "https://[::1%{}]",
        "//user:{}@h/x?y",
        "ftp://user:{}@h",
        "user:{}@h",
        "user:{}@h:/x",
    ),
    *("a,user:{}@h,b", ".{}@h", "{}\uff20h", "see https://user:{}@h"),
)


def secret_texts(secret: str) -> list[str]:
    """Return all of SECRET_TEXTS with the secret in them."""
    return [text.replace("{}", secret) for text in SECRET_TEXTS]


# Runs in the process before the program does, and says what that does to the world outside of it.
_AUDIT = """
import os, sys
log = os.open({log!r}, os.O_WRONLY | os.O_APPEND)
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
starting = {{"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.startfile"}}
changing = {{"os.mkdir", "os.rename", "os.link", "os.symlink", "os.chmod", "os.putenv", "tempfile.mkstemp"}}
def note(event, arguments):
    opened = event == "open" and arguments[2] & writing and not isinstance(arguments[0], int)
    if event in starting or event in changing or opened:
        os.write(log, f"{{event}} {{arguments!r}}\\n".encode(errors="backslashreplace"))
sys.addaudithook(note)
"""


class Observed(NamedTuple):
    """A run, what it left in files, what other users could read of its processes, what Python says that it did."""

    ran: Ran
    files: Mapping[str, bytes]
    command_lines: frozenset[bytes]
    events: tuple[str, ...]

    def places_of(self, secrets: Sequence[str]) -> list[str]:
        """Return the names of the places that contain one of the secrets."""
        places = {"standard output": self.ran.stdout, "standard error": self.ran.stderr, **self.files}
        places |= {f"the command line {line!r}": line for line in self.command_lines}
        places |= {f"the event {event}": event.encode() for event in self.events}
        return [name for name, data in places.items() for secret in secrets if secret.encode() in data]


def observe(
    command: Sequence[str | Path], data: bytes, *, scratch: Path, env: Mapping[str, str] | None = None
) -> Observed:
    """Run a command where all that it writes is in `scratch`, and look at its processes as long as it runs.

    What Python reports of files that are opened for writing and of programs that are started is in `events`.
    """
    hooks, home = scratch / "hooks", scratch / "home"
    hooks.mkdir()
    home.mkdir()
    log, stdout, stderr = (scratch / name for name in ("events", "stdout", "stderr"))
    log.touch()
    (hooks / "sitecustomize.py").write_text(_AUDIT.format(log=str(log)))
    private = {name: str(home) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    seen: set[bytes] = set()
    with (
        stdout.open("wb") as out,
        stderr.open("wb") as err,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            cwd=home,
            env={**ENVIRONMENT, **private, "PYTHONPATH": str(hooks), "PYTHONDONTWRITEBYTECODE": "1", **(env or {})},
        ) as process,
    ):
        assert process.stdin
        # While the program waits for its input, it cannot end before it has been looked at.
        seen.update(command_lines(home))
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(data)
        for _ in range(SECONDS * 100):
            seen.update(command_lines(home))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
                break
        else:
            process.kill()
    return Observed(
        Ran(process.returncode, stdout.read_bytes(), stderr.read_bytes()),
        {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file()},
        frozenset(seen),
        tuple(log.read_text().splitlines()),
    )


def command_lines(directory: Path | None = None) -> Iterator[bytes]:
    """Yield the command line of every process, or of those that work in a directory."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or may not be looked at
            if directory is None or (process / "cwd").readlink().is_relative_to(directory):
                yield (process / "cmdline").read_bytes()


def holders(value: object, secret: str, path: str = "") -> Iterator[str]:
    """Yield the path of every string in a JSON value that contains the secret, even inside another JSON text."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from holders(member, secret, f"{path}.{key}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from holders(member, secret, f"{path}[{number}]")
    elif secret in json.dumps(value):
        yield path.lstrip(".")
