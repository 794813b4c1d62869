"""The URL parsers in common use that have to agree on a result, and what they read in it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

import httpx
import pytest
import yarl
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

if TYPE_CHECKING:
    from tf_helper.values.url import Origin

HERE = Path(__file__).parent
SECONDS = 120


class Reading(NamedTuple):
    """The parts of a URL, in the one form that all parsers can be compared by."""

    scheme: str
    host: str
    """As the client would look it up; an IPv6 address without brackets."""
    port: int
    user: str
    password: str
    path: str


Parser = Callable[[Sequence[str]], "list[Reading | None]"]


def reading(
    scheme: str, host: str, port: int | str | None, user: str | None, password: str | None, path: str
) -> Reading:
    """Make a Reading from what a parser returns, which may leave out the default port or have brackets."""
    port = int(port or {"http": 80, "https": 443}.get(scheme, 0))
    return Reading(scheme, host.removeprefix("[").removesuffix("]"), port, user or "", password or "", path or "/")


def meaning(origin: Origin, *, token: str | None = None, path: str = "") -> Reading:
    """Return the one right reading of a URL with this origin and path, and with user name and token if there is one."""
    user, password = ("", "") if token is None else ("coder", token)
    return Reading(origin.scheme, origin.host, origin.port, user, password, path or "/")


def _urllib(url: str) -> Reading:
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return reading(parts.scheme, parts.hostname or "", parts.port, user, password, parts.path)


def _urllib3(url: str) -> Reading:
    """Read it as requests and pip do."""
    parts = parse_url(url)
    user, _, password = (parts.auth or "").partition(":")
    return reading(parts.scheme or "", parts.host or "", parts.port, unquote(user), unquote(password), parts.path or "")


def _httpx(url: str) -> Reading:
    parts = httpx.URL(url)
    host, path = parts.raw_host.decode("ascii"), parts.raw_path.decode("ascii")
    return reading(parts.scheme, host, parts.port, parts.username, parts.password, path)


def _yarl(url: str) -> Reading:
    """Read it as aiohttp does."""
    parts = yarl.URL(url)
    return reading(parts.scheme, parts.raw_host or "", parts.port, parts.user, parts.password, parts.raw_path)


@cache
def _curl_library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libcurl.so.4")
    except OSError:
        pytest.skip("libcurl.so.4 is not installed")
    library.curl_url.restype = ctypes.c_void_p
    library.curl_url_cleanup.argtypes = [ctypes.c_void_p]
    library.curl_url_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    library.curl_url_get.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), ctypes.c_uint]
    library.curl_free.argtypes = [ctypes.c_void_p]
    return library


# From curl/urlapi.h, whose numbers are part of libcurl's ABI (https://curl.se/libcurl/c/libcurl-url.html).
_URL, _SCHEME, _USER, _PASSWORD, _HOST, _PORT, _PATH = 0, 1, 2, 3, 5, 6, 7
_DEFAULT_PORT, _URLDECODE = 1 << 0, 1 << 6
_PROXY_FLAGS = (1 << 3) | (1 << 9)  # non-supported schemes and guesses: what libcurl itself sets for a proxy's URL


def _libcurl(url: str) -> Reading:
    """Read it as the curl program, git and PHP do."""
    library = _curl_library()
    handle = library.curl_url()

    def part(which: int, flags: int = 0) -> str:
        text = ctypes.c_void_p()
        if library.curl_url_get(handle, which, ctypes.byref(text), flags):
            return ""
        try:
            return ctypes.string_at(text.value or 0).decode(errors="backslashreplace")
        finally:
            library.curl_free(text)

    try:
        if library.curl_url_set(handle, _URL, url.encode(), _PROXY_FLAGS):
            raise ValueError(url)
        user, password = part(_USER, _URLDECODE), part(_PASSWORD, _URLDECODE)
        return reading(part(_SCHEME), part(_HOST), part(_PORT, _DEFAULT_PORT), user, password, part(_PATH))
    finally:
        library.curl_url_cleanup(handle)


def _one_by_one(read: Callable[[str], Reading]) -> Callable[[Path], Parser]:
    def read_or_refuse(url: str) -> Reading | None:
        try:
            return read(url)
        except (ValueError, httpx.InvalidURL, LocationParseError):
            return None

    return lambda _: lambda urls: [read_or_refuse(url) for url in urls]


def _node(_: Path) -> Parser:
    return _running("node", str(HERE / "read.cjs"))


@cache
def _go(directory: Path) -> Parser:
    """Build the program in `directory`, where a later run finds what was compiled."""
    if not shutil.which("go"):
        pytest.skip("go is not on PATH")
    # It needs the standard library only; this prevents downloads, above all of another toolchain.
    settings = {"GOCACHE": str(directory / "cache"), "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    program = directory / f"read-{os.getpid()}"
    command = ["go", "build", "-o", str(program), str(HERE / "read.go")]
    subprocess.run(command, env=os.environ | settings, timeout=SECONDS, check=True)
    return _running(str(program))


def _running(*command: str) -> Parser:
    """Give the URLs to a program, a JSON string a line; it prints a JSON list or null for each."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not on PATH")

    def parser(urls: Sequence[str]) -> list[Reading | None]:
        given = "".join(f"{json.dumps(url)}\n" for url in urls)
        done = subprocess.run(command, input=given.encode(), stdout=subprocess.PIPE, timeout=SECONDS, check=True)
        return [parts and reading(*parts) for parts in map(json.loads, done.stdout.splitlines())]

    return parser


# Each gets a directory for what it has to build, and skips the test if it is not installed.
PARSERS: dict[str, Callable[[Path], Parser]] = {
    "urllib": _one_by_one(_urllib),
    "urllib3": _one_by_one(_urllib3),
    "httpx": _one_by_one(_httpx),
    "yarl": _one_by_one(_yarl),
    "libcurl": _one_by_one(_libcurl),
    "node": _node,
    "go": _go,
}
