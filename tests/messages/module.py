"""What the module itself refuses: by planning it with the stand-in providers."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.harness.terraform import Terraform, copy_module
from tests.messages.case import entry, section
from tf_helper import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = {"agent_id": "agent", "proxy_url": "https://h"}

# Terraform reports these all at once.
INVALID: dict[str, object] = {
    "agent_id": " ",
    "proxy_url": "h",
    "cert_path": "ca.pem",
    "helper": [],
    "fetch_ca_cert_at": "apply",
}

HELPERS = {
    "<helper is tf-helper 9.9.9>": 'echo \'{"version": "9.9.9"}\'',
    "<helper is another program>": "echo {}",
    "<helper is a program with the version of tf-helper>": f'echo \'{{"version": "{__version__}"}}\'',
    "<120 KiB of certificates>": f"sh tests/fixtures/long_answer.sh {120 * 1024}",
}


def messages() -> str:
    """Return the part of the page on the module."""
    with TemporaryDirectory() as name, Terraform(copy_module(Path(name, "module"))) as terraform:
        terraform.init()
        return section("The module", _entries(terraform))


def _entries(terraform: Terraform) -> Iterator[str]:
    found = sorted(_errors(terraform, INVALID), key=lambda message: list(INVALID).index(message.split()[0]))
    for (variable, value), message in zip(INVALID.items(), found, strict=True):
        yield entry(f"{variable} = {json.dumps(value)}", [f"  {message}"])
    for shown, command in HELPERS.items():
        (message,) = _errors(terraform, GOOD | {"helper": ["sh", "-c", command]})
        yield entry(shown, [f"  {message}"])


def _errors(terraform: Terraform, variables: dict[str, Any]) -> list[str]:
    diagnostics = terraform.plan(variables=variables, check=False).diagnostics
    # On another line, Terraform says where the rule is.
    return [diagnostic.detail.partition("\n")[0] for diagnostic in diagnostics if diagnostic.severity == "error"]
