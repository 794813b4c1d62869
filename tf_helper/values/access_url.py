"""The URL of the Coder deployment (its access URL)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tf_helper.errors import Problem
from tf_helper.values.url import Origin, parse_url


class AccessUrl(NamedTuple):
    """The deployment's origin and path, and what is likely to be wrong with it though it is valid."""

    origin: Origin
    path: str = ""
    warnings: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        """Return the URL without a trailing slash."""
        return f"{self.origin}{self.path}"

    @classmethod
    def parse(cls, text: str) -> "AccessUrl":
        """Parse an http or https URL, whose trailing slashes are dropped. Raises Invalid."""
        origin, _, path = parse_url(text, path_problems=_path_problems)
        path = path.rstrip("/")
        if not path:
            return cls(origin)
        return cls(origin, path, (Problem("has a path, but Coder does not support one in its access URL"),))


def _path_problems(path: str) -> Iterator[Problem]:
    if not re.fullmatch(r"[A-Za-z0-9._~/-]*", path):
        yield Problem("the path may contain only letters, digits and - . _ ~ /")
    elif not {".", ".."}.isdisjoint(path.split("/")):
        yield Problem("the path has . or .. segments", "write it without them: clients disagree on them")
