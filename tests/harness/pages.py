"""What the clients ask for: a page, a Python package, a git repository, an npm package."""

from __future__ import annotations

import io
import json
import zipfile

from tests.harness.origin import Page

WHEEL = "example-1.2.3-py3-none-any.whl"


def _wheel() -> bytes:
    about = "example-1.2.3.dist-info"
    files = {
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: example\nVersion: 1.2.3\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


_NPM_PACKAGE = {
    "name": "example",
    "dist-tags": {"latest": "1.2.3"},
    "versions": {"1.2.3": {"name": "example", "version": "1.2.3"}},
}

PAGES = {
    "/": Page(b"hello"),
    "/simple/example/": Page(f'<a href="/{WHEEL}">{WHEEL}</a>'.encode(), "text/html"),
    f"/{WHEEL}": Page(_wheel(), "application/zip"),
    "/example.git/info/refs": Page(b"0123456789abcdef0123456789abcdef01234567\trefs/heads/main\n"),
    "/example.git/HEAD": Page(b"ref: refs/heads/main\n"),
    "/npm/example": Page(json.dumps(_NPM_PACKAGE).encode(), "application/json"),
}
