"""A stand-in for the `hashicorp/local` provider: `data "local_command"` runs a program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.harness.providers.model import Attribute, DataSource, Provider, RefusedError, Values
from tests.harness.providers.program import NotFoundError, NotStartedError, look_up, run, state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ATTRIBUTES = {
    "command": Attribute(required=True),
    "arguments": Attribute(["list", "string"]),
    "stdin": Attribute(),
    "working_directory": Attribute(),
    "allow_non_zero_exit_code": Attribute("bool"),
    "exit_code": Attribute("number", computed=True),
    "stdout": Attribute(computed=True),
    "stderr": Attribute(computed=True),
}


def local(environment: Mapping[str, str], directory: Path) -> Provider:
    """Make a provider whose programs run in the environment and the directory that Terraform runs in."""

    def read(config: Values) -> Values:
        name = config["command"]
        try:
            executable = look_up(name, environment, directory)
        except NotFoundError as error:
            raise RefusedError(
                "Command Lookup Failed",
                "The command was not found, or is not executable.\n\n"
                f"Platform: {sys.platform}\nCommand: {name}\nError: {error}",
                attribute="command",
            ) from error
        # Unlike the external provider, this one drops null but not "".
        arguments = [argument for argument in config["arguments"] or [] if argument is not None]
        standard_input = (config["stdin"] or "").encode()
        working_directory = config["working_directory"] or ""
        shown = " ".join([executable, *arguments])
        try:
            done = run(executable, [name, *arguments], standard_input, environment, directory, working_directory)
        except NotStartedError as error:
            raise _failure(f"The command could not be run.\n\nCommand: {shown}\nState: {error}") from error
        stdout, stderr = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        if done.returncode and not config["allow_non_zero_exit_code"]:
            raise _failure(
                "The exit code is not zero, and allow_non_zero_exit_code is not true.\n\n"
                f"Command: {shown}\nCommand Error: {stderr}\nState: {state(done.returncode)}"
            )
        # Go has no exit code for a program that a signal ended.
        return {"exit_code": max(done.returncode, -1), "stdout": stdout or None, "stderr": stderr or None}

    return Provider("hashicorp/local", {"local_command": DataSource(ATTRIBUTES, read)})


def _failure(detail: str) -> RefusedError:
    return RefusedError("Command Execution Failed", detail, attribute="command")
