"""The certificates that the system trusts, as Go reads them, and so Coder's own programs."""

import os
import re
from binascii import Error, a2b_base64
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

# Several times what all the roots of a system take.
_MAX_FILE_BYTES = 4 * 1024 * 1024
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")


def system_certificates(files: Iterable[str], directories: Iterable[str]) -> Iterator[bytes]:
    """Yield what is in the PEM blocks of certificates, in DER if all is well, none of it twice.

    Read are the first of `files` that has any, and all files of `directories`. What cannot be read is left out.
    """
    blocks: list[bytes] = next(filter(None, map(_blocks, files)), [])
    for directory in directories:
        for file in _files_of(directory):
            blocks += _blocks(file)
    for block in dict.fromkeys(blocks):
        with suppress(Error):
            yield a2b_base64(block)


def _files_of(directory: str) -> list[str]:
    """Return a directory's files, without links to others of them: names by hash, and names from older days."""
    try:
        with os.scandir(directory) as entries:
            return sorted(entry.path for entry in entries if not _is_link_within(entry))
    except OSError:
        return []


def _is_link_within(entry: "os.DirEntry[str]") -> bool:
    return entry.is_symlink() and "/" not in os.readlink(entry.path)  # noqa: PTH115 - half the time


def _blocks(file: str) -> list[bytes]:
    """Return the base64 of the certificates in a file, without white space."""
    path = Path(file)
    with suppress(OSError):
        # A pipe or a device could keep its reader waiting.
        if path.is_file():
            with path.open("rb") as stream:
                return [b"".join(block.split()) for block in _CERTIFICATE.findall(stream.read(_MAX_FILE_BYTES))]
    return []
