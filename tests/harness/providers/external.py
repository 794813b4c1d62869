"""A stand-in for the `hashicorp/external` provider: `data "external"` runs a program."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.harness.providers.model import Attribute, DataSource, Provider, RefusedError, Values
from tests.harness.providers.program import NotFoundError, NotStartedError, look_up, run, state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Go's JSON encoder escapes these, so that its output can be pasted into HTML and JavaScript.
GO_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}

ATTRIBUTES = {
    "program": Attribute(["list", "string"], required=True),
    "working_dir": Attribute(),
    "query": Attribute(["map", "string"]),
    "result": Attribute(["map", "string"], computed=True),
    "id": Attribute(computed=True),
}


def external(environment: Mapping[str, str], directory: Path) -> Provider:
    """Make a provider whose programs run in the environment and the directory that Terraform runs in."""

    def read(config: Values) -> Values:
        command = [part for part in config["program"] if part]
        if not command:
            raise RefusedError(
                "External Program Missing", "The program has no element that is not empty.", attribute="program"
            )
        try:
            executable = look_up(command[0], environment, directory)
        except NotFoundError as error:
            raise RefusedError(
                "External Program Lookup Failed",
                "The program was not found, or is not executable.\n\n"
                f'Platform: {sys.platform}\nProgram: "{command[0]}"\nError: {error}',
                attribute="program",
            ) from error
        try:
            done = run(
                executable, command, encode(config["query"]), environment, directory, config["working_dir"] or ""
            )
        except NotStartedError as error:
            raise _failure(executable, "", str(error)) from error
        if done.returncode:
            raise _failure(executable, done.stderr.decode(errors="replace"), state(done.returncode))
        return {"id": "-", "result": _parse(done.stdout, executable)}

    return Provider("hashicorp/external", {"external": DataSource(ATTRIBUTES, read)})


def encode(query: Mapping[str, str | None] | None) -> bytes:
    """Write a query as the real provider does: compact, keys in order, nulls left out, no final newline."""
    given = {key: value for key, value in (query or {}).items() if value is not None}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.translate(GO_ESCAPES).encode()


def _failure(executable: str, stderr: str, state: str) -> RefusedError:
    said = f"\nError Message: {stderr}" if stderr else "\n(no additional error messaging)"
    return RefusedError(
        "External Program Execution Failed",
        f"The program could not be run, or failed.\n\nProgram: {executable}{said}\nState: {state}",
        attribute="program",
    )


def _parse(output: bytes, executable: str) -> dict[str, str] | None:
    # Like Go: bytes that are no UTF-8 and lone surrogates are replaced, of two equal keys the last one wins.
    try:
        result = json.loads(output.decode(errors="replace"))
    except ValueError as error:
        raise _unexpected(executable, str(error)) from error
    if result is None:
        return None
    if not isinstance(result, dict):
        raise _unexpected(executable, "cannot unmarshal into Go value of type map[string]string")
    if not all(value is None or isinstance(value, str) for value in result.values()):
        raise _unexpected(executable, "cannot unmarshal into Go value of type string")
    return {_sound(key): _sound(value or "") for key, value in result.items()}


def _sound(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unexpected(executable: str, reason: str) -> RefusedError:
    return RefusedError(
        "Unexpected External Program Results",
        f"The output is not a JSON object of strings.\n\nProgram: {executable}\nResult Error: {reason}",
        attribute="program",
    )
