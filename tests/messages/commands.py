"""What the commands print besides their results: by running them."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import PROGRAM
from tests.harness.certificates import make_certificate
from tests.harness.program import ENVIRONMENT
from tests.messages.case import sections

_SETTINGS = "--proxy-url https://h"
_EXEC = f"tf-helper exec {_SETTINGS} --cert-path /missing/ca.pem --"

# Command lines for a shell in a directory with a certificate, ca.pem.
COMMANDS = {
    "Standard input and output": (
        "tf-helper <&-",
        "tf-helper </proc/self/mem",
        """echo '{"proxy_url": "https://h"}' | tf-helper >&-""",
        """echo '{"proxy_url": "https://h"}' | tf-helper >/dev/full""",
    ),
    "Wrong usage": (
        "tf-helper chek",
        "tf-helper setup",
        f"tf-helper {_SETTINGS}",
        "tf-helper --verbose",
        "tf-helper check https://h",
        "tf-helper check --proxy-uri https://h",
        "tf-helper check --proxy-url",
        "tf-helper check --json=true",
        "tf-helper doctor --provider-host a!b",
        "tf-helper exec",
    ),
    "tf-helper check": (
        "tf-helper check --proxy-url HTTPS://H | grep ^changed",
        f'tf-helper check {_SETTINGS} --ca-cert-pem "$(cat ca.pem)" | grep ^changed',
    ),
    "tf-helper exec": (
        f"{_EXEC} claude",
        f"CODER_SESSION_TOKEN=t CODER_URL=https://a TF_HELPER_ACCESS_URL=https://b {_EXEC} claude",
        f"CODER_SESSION_TOKEN=t {_EXEC} clade",
    ),
}


def messages() -> str:
    """Return the part of the page on commands."""
    with TemporaryDirectory() as name:
        Path(name, "ca.pem").write_text(make_certificate("proxy CA").pem)
        parts = {title: [_transcript(command, name) for command in commands] for title, commands in COMMANDS.items()}
    return sections({"In a terminal": [f"$ tf-helper\n{_in_a_terminal()}"]} | parts)


def _transcript(command: str, directory: str) -> str:
    environment = {"PATH": f"{PROGRAM.parent}{os.pathsep}{ENVIRONMENT['PATH']}"}
    ran = subprocess.run(
        ["sh", "-c", command], cwd=directory, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return f"$ {command}\n{(ran.stdout + ran.stderr).rstrip()}"


def _in_a_terminal() -> str:
    terminal, standard_input = pty.openpty()
    try:
        ran = subprocess.run(
            [PROGRAM], stdin=standard_input, capture_output=True, env=ENVIRONMENT, text=True, timeout=60, check=False
        )
    finally:
        os.close(terminal)
        os.close(standard_input)
    return ran.stderr.rstrip()
