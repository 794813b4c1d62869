"""The path of a file that the startup script saves in the workspace."""

import re
from collections.abc import Iterator

from tf_helper.errors import Invalid, Problem, redacted
from tf_helper.values.system_trust import SYSTEM_TRUST_DIRECTORIES, SYSTEM_TRUST_FILES, TRUST_ANCHOR_DIRECTORIES

_SYMBOLS = "/._+@%=,:~-"
_WINDOWS = r"[A-Za-z]:[\\/]|\\\\|%[A-Za-z]+%"
_MAX_PATH = 4000
# Linux allows 255 bytes for a segment; the last one grows by ".bundle" and by what temporary files need.
_MAX_SEGMENT = 255
_MAX_LAST_SEGMENT = 200


def parse_file_path(text: str, *, example: str, spaces: bool = True) -> str:
    """Parse an absolute path, in which // and /./ are collapsed; `example` is one for hints.

    Raises Invalid with every problem found.
    """
    text = text.strip()
    _check_shape(text, example)
    segments = [segment for segment in text.split("/") if segment not in {"", "."}]
    path = "/" + "/".join(segments)
    problems = tuple(_problems(path, segments, spaces=spaces))
    if problems:
        raise Invalid(*problems)
    return path


def _check_shape(text: str, example: str) -> None:
    if not text:
        raise Invalid(Problem("is blank", f"leave it out, or give a path in the workspace, for example {example}"))
    if "://" in text and not text.startswith("/"):
        raise Invalid(Problem("is a URL", f"give a path in the workspace, for example {example}"))
    if not text.startswith("/"):
        raise Invalid(Problem(f"{redacted(text)} is not absolute", _absolute_hint(text, example)))
    if text.endswith(("/", "/.")):
        name = example.rpartition("/")[2]
        raise Invalid(Problem(f"{redacted(text)} names a directory", f"add the name of the file, for example {name}"))


def _absolute_hint(text: str, example: str) -> str:
    if text.startswith(("~", "$")):
        return f"~ and variables are not expanded; write the home directory out, for example {example}"
    if re.match(_WINDOWS, text):
        return f"this is a Windows path, and the workspace runs Linux: give a path there, for example {example}"
    return f"give the full path in the workspace, for example {example}"


def _problems(path: str, segments: list[str], *, spaces: bool) -> Iterator[Problem]:
    symbols = _SYMBOLS + " " * spaces
    strange = re.search(f"[^A-Za-z0-9{re.escape(symbols)}]", path)
    if strange:
        yield Problem(
            f"{redacted(path)} contains {redacted(strange[0])}, which is not allowed",
            f"ASCII letters, digits{', space' * spaces} and {' '.join(_SYMBOLS)} are",
        )
    if ".." in segments:
        yield Problem(f'{redacted(path)} has a ".." segment', "write the path without it")
    if len(path) > _MAX_PATH:
        yield Problem(f"is {len(path)} characters long, at most {_MAX_PATH} are allowed")
    for number, segment in enumerate(segments, start=1):
        limit = _MAX_LAST_SEGMENT if number == len(segments) else _MAX_SEGMENT
        if len(segment) > limit:
            yield Problem(f"segment {redacted(segment)} is {len(segment)} characters long, at most {limit} are allowed")
    yield from _system_trust_problems(path)


def _system_trust_problems(path: str) -> Iterator[Problem]:
    if path in SYSTEM_TRUST_FILES:
        yield Problem(
            f"{redacted(path)} is the system's own trust store, which must not be overwritten",
            "choose another file; the bundle contains the system's roots",
        )
        return
    for directory in (*SYSTEM_TRUST_DIRECTORIES, *TRUST_ANCHOR_DIRECTORIES):
        if f"{path}/".startswith(f"{directory}/"):
            yield Problem(
                f"{redacted(path)} is in {directory}, whose files the whole system trusts",
                "choose another directory; in this one, the bundle would keep roots trusted that the system drops",
            )
