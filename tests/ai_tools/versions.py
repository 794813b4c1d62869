"""Installs each library in the versions of catalog/versions.py and looks whether it asks the proxy for a tunnel.

python -m tests.ai_tools.versions [NAME ...]
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests.ai_tools.catalog.javascript import NODE_24
from tests.ai_tools.catalog.versions import LIBRARIES, Before, Library

# What most proxies that are in use answer, this one included.
ANSWER = b"HTTP/1.0 200 Connection established\r\n\r\n"
REFUSES_ANSWER = "expected HTTP/1.1"
NOT_RUN = ("ModuleNotFoundError", "ImportError", "ERR_MODULE_NOT_FOUND")
SECONDS = 120


def main(names: list[str]) -> None:
    """Print a line for each version; fail if one is not as the catalog says."""
    wrong = 0
    for library in LIBRARIES:
        if names and library.name not in names:
            continue
        expected: dict[str, Before | str] = {library.works_from: "works"}
        if library.last_that_does_not:
            expected[library.last_that_does_not] = library.does
        for version, outcome in expected.items():
            seen = run(library, version)
            wrong += seen != outcome
            print(f"{library.language} {library.name} {version}: {seen}{'' if seen == outcome else f', not {outcome}'}")
    sys.exit(min(wrong, 1))


def run(library: Library, version: str) -> str:
    """Install a version, send a request, and return what became of it."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as listener:
        command = _install(library, version, Path(name))
        asked: list[bytes] = []
        threading.Thread(target=_serve, args=(listener, asked), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        variables = {"HTTPS_PROXY": url, "https_proxy": url, "NODE_USE_ENV_PROXY": "1"}
        environment = {"PATH": os.environ["PATH"], "HOME": name, **variables}
        done = subprocess.run(
            command, env=environment, cwd=name, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert not any(text in done.stderr for text in NOT_RUN), done.stderr
    if REFUSES_ANSWER in done.stderr:
        return "fails"
    if not asked:
        return "past"
    return "works" if asked[0].startswith(b"CONNECT ") else "in clear"


def _serve(listener: socket.socket, asked: list[bytes]) -> None:
    while True:
        try:
            client, _ = listener.accept()
            with client:
                asked.append(client.recv(65536))
                client.sendall(ANSWER)
        except OSError:
            return


def _install(library: Library, version: str, folder: Path) -> list[str]:
    """Return the command that sends a request."""
    beside = [library.beside] if library.beside else []
    if library.language == "Python":
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
        python = str(folder / "venv/bin/python")
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
        subprocess.run([*pip, f"{library.name}=={version}", *beside], check=True)
        return [python, "-c", library.script]
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    subprocess.run([*npm, f"{library.name}@{version}", *beside], check=True)
    script = folder / "ask.mjs"
    script.write_text(library.script)
    return [*NODE_24.command, str(script)]


if __name__ == "__main__":
    main(sys.argv[1:])
