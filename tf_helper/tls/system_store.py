"""The certificates that the system trusts, as Go reads them, and so Coder's own programs."""

import os
import re
from binascii import a2b_base64
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from ssl import DER_cert_to_PEM_cert

from tf_helper.values.der import read

# Three hundred times what the roots of a system take: a bound for files that are something else.
_MAX_FILE_BYTES = 64 * 1024 * 1024
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")


def system_certificates(files: Iterable[str], directories: Iterable[str]) -> Iterator[bytes]:
    """Yield what is in the PEM blocks of certificates, if it is one value of DER, none of it twice.

    Read are the first of `files` that has any, and all files of `directories`. What cannot be read is left out.
    """
    blocks: list[bytes] = next(filter(None, map(_blocks, files)), [])
    for directory in directories:
        for file in _files_of(directory):
            blocks += _blocks(file)
    for block in dict.fromkeys(blocks):
        with suppress(ValueError):  # binascii.Error, too
            (certificate,) = read(a2b_base64(block))
            yield certificate.whole


def are_system_certificates(certificates: Iterable[bytes], files: Iterable[str], directories: Iterable[str]) -> bool:
    """Tell whether system_certificates() yields these, too, if they are in lines as every system writes them.

    Of the files, no more are read than necessary.
    """
    missing = {DER_cert_to_PEM_cert(certificate).encode() for certificate in certificates}
    first = next((content for content in map(_read, files) if _CERTIFICATE.search(content)), b"")
    missing = {certificate for certificate in missing if certificate not in first}
    for directory in directories if missing else ():
        for file in _files_of(directory):
            content = _read(file)
            missing = {certificate for certificate in missing if certificate not in content}
            if not missing:
                return True
    return not missing


def has_hashed_names(directory: str) -> bool:
    """Tell whether a directory has names by hash, by which OpenSSL looks certificates up."""
    with suppress(OSError):
        return any(map(_HASHED_NAME.fullmatch, os.listdir(directory)))  # noqa: PTH208 - half the time
    return False


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
    return [b"".join(block.split()) for block in _CERTIFICATE.findall(_read(file))]


def _read(file: str) -> bytes:
    path = Path(file)
    with suppress(OSError):
        # A pipe or a device could keep its reader waiting.
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(_MAX_FILE_BYTES)
    return b""
