"""The path of the wrapper in the workspace: a command that runs another one with a tool's environment."""

from collections.abc import Iterable

from tf_helper.errors import Problem, redacted
from tf_helper.values.file_path import parse_file_path


def parse_wrapper_path(text: str) -> str:
    """Parse an absolute path without spaces, as it is part of command lines. Raises Invalid with every problem."""
    return parse_file_path(text, example="/home/coder/.local/bin/ai-proxy", spaces=False)


def conflict(path: str, others: Iterable[str]) -> Problem | None:
    """Return the problem if the path is that of another file, below one or above one, else None."""
    for other in others:
        if path == other:
            return Problem(
                f"{redacted(path)} is also the path of the CA certificate or the bundle", "choose another path"
            )
        if f"{path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{path}/"):
            return Problem(f"{redacted(path)} and {redacted(other)} cannot both be files", "choose another path")
    return None
