"""libcurl's own parser, which the curl program, git and PHP use too."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.url_agreement.agreement import reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.url_agreement.agreement import Parser, Reading

# From curl/urlapi.h, whose numbers are part of libcurl's ABI (https://curl.se/libcurl/c/libcurl-url.html).
URL, SCHEME, USER, PASSWORD, OPTIONS, HOST, PORT, PATH = range(8)
DEFAULT_PORT, NON_SUPPORT_SCHEME, URLDECODE, GUESS_SCHEME = 1 << 0, 1 << 3, 1 << 6, 1 << 9

# What libcurl itself sets for the URL of a proxy.
PROXY_FLAGS = NON_SUPPORT_SCHEME | GUESS_SCHEME


@cache
def libcurl() -> Parser:
    try:
        library = ctypes.CDLL("libcurl.so.4")
    except OSError:
        pytest.skip("libcurl.so.4 is not installed")
    library.curl_url.restype = ctypes.c_void_p
    library.curl_url_cleanup.argtypes = [ctypes.c_void_p]
    library.curl_url_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    library.curl_url_get.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), ctypes.c_uint]
    library.curl_free.argtypes = [ctypes.c_void_p]

    def part(handle: int, which: int, flags: int = 0) -> str | None:
        text = ctypes.c_void_p()
        if library.curl_url_get(handle, which, ctypes.byref(text), flags):
            return None
        try:
            return ctypes.string_at(text.value or 0).decode(errors="backslashreplace")
        finally:
            library.curl_free(text)

    def read(handle: int, url: str) -> Reading | None:
        # A C string would end at a NUL, and a client would have to refuse it.
        if "\0" in url or library.curl_url_set(handle, URL, url.encode(), PROXY_FLAGS):
            return None
        scheme, host, port = part(handle, SCHEME), part(handle, HOST), part(handle, PORT, DEFAULT_PORT)
        if scheme is None or host is None:
            return None
        user, password = part(handle, USER, URLDECODE), part(handle, PASSWORD, URLDECODE)
        return reading(scheme, host, port, user, password, part(handle, PATH) or "")

    def parser(urls: Sequence[str]) -> list[Reading | None]:
        readings = []
        for url in urls:
            handle = library.curl_url()
            try:
                readings.append(read(handle, url))
            finally:
                library.curl_url_cleanup(handle)
        return readings

    return parser
