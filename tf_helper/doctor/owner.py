"""Whose a file is: another user can change what this user's tools trust."""

import os
from pathlib import Path

_ROOT = 0
_PROC = Path("/proc")


def is_root() -> bool:
    """Tell whether this user is root, for whom other users' files are a warning, not a failure."""
    return os.geteuid() == _ROOT


def is_owned_by_another_user(path: str) -> bool:
    """Tell whether a file is neither this user's nor root's. Raises OSError.

    In a container that does not map all users, the files of those outside, root's among them, are the overflow user's.
    """
    return Path(path).stat().st_uid not in {os.geteuid(), _ROOT, _overflow_user()}


def _overflow_user() -> int:
    try:
        mapped = sum(int(line.split()[2]) for line in (_PROC / "self/uid_map").read_text().splitlines())
        everyone = mapped >= 2**32 - 1
        return _ROOT if everyone else int((_PROC / "sys/kernel/overflowuid").read_text())
    except (OSError, ValueError, IndexError):  # not Linux
        return _ROOT
