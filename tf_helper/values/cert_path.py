"""The path of the CA certificate in the workspace, and of the bundle beside it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tf_helper.errors import Invalid, Problem, redacted
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

DEFAULT_CERT_PATH = "/tmp/aibridge-proxy/ca-cert.pem"  # noqa: S108 - the startup script checks whose directory it is

_ALLOWED = r"[A-Za-z0-9 /._+@%=,:~-]*"
_MAX_PATH = 4000
# Linux allows 255 bytes for a segment; the last one grows by ".bundle" and by what temporary files need.
_MAX_SEGMENT = 255
_MAX_LAST_SEGMENT = 200


class CertPath(NamedTuple):
    """An absolute, normalized path of a file."""

    path: str

    @property
    def bundle_path(self) -> str:
        """The path with ".bundle" before the suffix, or at the end where there is none."""
        directory, _, name = self.path.rpartition("/")
        dot = name.rfind(".")
        if dot <= 0 or name.endswith("."):
            return f"{self.path}.bundle"
        return f"{directory}/{name[:dot]}.bundle{name[dot:]}"

    @classmethod
    def parse(cls, text: str) -> "CertPath":
        """Parse an absolute path, in which // and /./ are collapsed. Raises Invalid with every problem found."""
        text = text.strip()
        _check_shape(text)
        segments = [segment for segment in text.split("/") if segment not in {"", "."}]
        path = "/" + "/".join(segments)
        problems = tuple(_problems(path, segments))
        if problems:
            raise Invalid(*problems)
        return cls(path)


def _check_shape(text: str) -> None:
    if not text:
        raise Invalid(Problem("is blank", "leave it out for the default"))
    if "://" in text and not text.startswith("/"):
        raise Invalid(Problem("is a URL", "give a path in the workspace, for example /home/coder/certs/ca.pem"))
    if not text.startswith("/"):
        raise Invalid(Problem(f"{redacted(text)} is not absolute", _absolute_hint(text)))
    if text.endswith(("/", "/.")):
        raise Invalid(
            Problem(f"{redacted(text)} names a directory", "add the name of the file, for example ca-cert.pem")
        )


def _absolute_hint(text: str) -> str:
    if text.startswith(("~", "$")):
        return "~ and variables are not expanded; write the home directory out, for example /home/coder/certs/ca.pem"
    return "give the full path in the workspace, for example /home/coder/certs/ca.pem"


def _problems(path: str, segments: list[str]) -> Iterator[Problem]:
    if not re.fullmatch(_ALLOWED, path):
        strange = next(character for character in path if not re.fullmatch(_ALLOWED, character))
        yield Problem(
            f"{redacted(path)} contains {redacted(strange)}, which is not allowed",
            "ASCII letters, digits, space and / . _ - + @ % = , : ~ are",
        )
    if ".." in segments:
        yield Problem(f'{redacted(path)} has a ".." segment', "write the path without it")
    if len(path) > _MAX_PATH:
        yield Problem(f"is {len(path)} characters long, at most {_MAX_PATH} are allowed")
    for number, segment in enumerate(segments, start=1):
        limit = _MAX_LAST_SEGMENT if number == len(segments) else _MAX_SEGMENT
        if len(segment) > limit:
            yield Problem(f"segment {redacted(segment)} is {len(segment)} characters long, at most {limit} are allowed")
    if path in SYSTEM_TRUST_FILES:
        yield Problem(
            f"{redacted(path)} is the system's own trust store, which must not be overwritten",
            "choose a file of its own; the system's roots are added to the bundle",
        )
