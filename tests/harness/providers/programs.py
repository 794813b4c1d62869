"""Stand-ins for `hashicorp/external` and `hashicorp/local`, whose data sources run a program, as Go does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.harness.providers.model import Attribute, DataSource, Provider, RefusedError, Values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Go's JSON encoder escapes these, so that its output can be pasted into HTML and JavaScript.
GO_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

EXTERNAL = {
    "program": Attribute(["list", "string"], required=True),
    "working_dir": Attribute(),
    "query": Attribute(["map", "string"]),
    "result": Attribute(["map", "string"], computed=True),
    "id": Attribute(computed=True),
}

LOCAL_COMMAND = {
    "command": Attribute(required=True),
    "arguments": Attribute(["list", "string"]),
    "stdin": Attribute(),
    "working_directory": Attribute(),
    "allow_non_zero_exit_code": Attribute("bool"),
    "exit_code": Attribute("number", computed=True),
    "stdout": Attribute(computed=True),
    "stderr": Attribute(computed=True),
}


class Programs:
    """Runs programs in the environment and the directory that Terraform runs in."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        self._environment = environment
        self._directory = directory

    def external(self, config: Values) -> Values:
        command = [part for part in config["program"] if part]
        executable = self._look_up(command[0], "External Program", "Program", f'"{command[0]}"')
        query = {key: value for key, value in (config["query"] or {}).items() if value is not None}
        text = json.dumps(query, ensure_ascii=False, separators=(",", ":"), sort_keys=True).translate(GO_ESCAPES)
        done = self._run(executable, command, text.encode(), config["working_dir"])
        if done.returncode:
            said = done.stderr.decode(errors="replace")
            message = f"\nError Message: {said}" if said else "\n(no additional error messaging)"
            detail = f"The program failed.\n\nProgram: {executable}{message}\n{_state(done.returncode)}"
            raise RefusedError("External Program Execution Failed", detail, attribute="program")
        return {"id": "-", "result": _strings(done.stdout, executable)}

    def local_command(self, config: Values) -> Values:
        name = config["command"]
        executable = self._look_up(name, "Command", "Command", name)
        # Unlike the external provider, this one drops null but not "".
        arguments = [argument for argument in config["arguments"] or [] if argument is not None]
        given = (config["stdin"] or "").encode()
        done = self._run(executable, [name, *arguments], given, config["working_directory"])
        stdout, stderr = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        if done.returncode and not config["allow_non_zero_exit_code"]:
            shown = f"Command: {' '.join([executable, *arguments])}\nCommand Error: {stderr}\n{_state(done.returncode)}"
            detail = f"The exit code is not zero, and allow_non_zero_exit_code is not true.\n\n{shown}"
            raise RefusedError("Command Execution Failed", detail, attribute="command")
        # Go has no exit code for a program that a signal ended.
        return {"exit_code": max(done.returncode, -1), "stdout": stdout or None, "stderr": stderr or None}

    def _look_up(self, name: str, what: str, field: str, shown: str) -> str:
        """Return the path of a program: a name with a slash is relative to the directory, others are on PATH."""
        path = self._environment.get("PATH", os.defpath)
        found = shutil.which(self._directory / name if "/" in name else name, path=path)
        if not found:
            reason = f'exec: "{name}": ' + ("no such file or directory" if "/" in name else "not found in $PATH")
            detail = f"It was not found.\n\nPlatform: {sys.platform}\n{field}: {shown}\nError: {reason}"
            raise RefusedError(f"{what} Lookup Failed", detail, attribute=field.lower())
        return name if "/" in name else found

    def _run(
        self, executable: str, command: Sequence[str], given: bytes, working_directory: str | None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command,
            executable=executable,
            input=given,
            capture_output=True,
            env=self._environment,
            cwd=self._directory / (working_directory or ""),
            check=False,
        )


def external(environment: Mapping[str, str], directory: Path) -> Provider:
    """Make the provider of `data "external"`."""
    return Provider("hashicorp/external", {"external": DataSource(EXTERNAL, Programs(environment, directory).external)})


def local(environment: Mapping[str, str], directory: Path) -> Provider:
    """Make the provider of `data "local_command"`."""
    run = Programs(environment, directory).local_command
    return Provider("hashicorp/local", {"local_command": DataSource(LOCAL_COMMAND, run)})


def _state(code: int) -> str:
    ended = f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"
    return f"State: {ended}"


def _strings(output: bytes, executable: str) -> dict[str, str]:
    # Like Go: bytes that are not UTF-8 and lone surrogates are replaced, and of two equal keys the last one wins.
    try:
        result, reason = json.loads(output.decode(errors="replace")), "cannot unmarshal into Go value"
    except ValueError as error:
        result, reason = None, str(error)
    if not isinstance(result, dict) or not all(value is None or isinstance(value, str) for value in result.values()):
        detail = f"The output is not a JSON object of strings.\n\nProgram: {executable}\nResult Error: {reason}"
        raise RefusedError("Unexpected External Program Results", detail, attribute="program")
    return {_sound(key): _sound(value or "") for key, value in result.items()}


def _sound(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
