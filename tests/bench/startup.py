"""The startup script in a workspace that has started before, and a curl that saves the certificate without a check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.case import Case, Command, have
from tests.harness.deployment import CA_CERT_PATH, TOKEN_HEADER
from tests.script.rendering import PLACEHOLDERS, Renderer
from tests.script.workspace import SHELLS, Workspace, program
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import trustme

    from tests.harness.deployment import Deployment

REFERENCE = "`curl -o`"


def startup(scratch: Path, deployment: Deployment, authority: trustme.CA | None = None) -> Iterator[Case]:
    """Make the cases for a deployment; the first is the one that the others are compared with.

    With an authority the deployment speaks TLS. Its root is among those that curl reads then, as if the machine had it.
    """
    if not have("curl", "openssl", "terraform"):
        return
    scratch.mkdir()
    roots = next((file.read_text() for file in map(Path, SYSTEM_TRUST_FILES) if file.is_file()), "")
    root = authority.cert_pem.bytes().decode() if authority else ""
    yield Case(REFERENCE, _curl(scratch, deployment, roots + root if root else ""))
    (script,) = Renderer(scratch / "render").render([PLACEHOLDERS])
    for shell, (name, *options) in SHELLS.items():
        if not have(name):
            continue
        (scratch / shell).mkdir()
        workspace = Workspace(scratch / shell, shell, script, roots)
        workspace.ask(deployment)
        workspace.values["EXTRA_CA_CERTS_PEM"] = root
        argv = (program(name), *options, "-c", workspace.text())
        yield Case(
            f"startup script under {shell}",
            Command(argv, environment=workspace.environment, says="CA certificate saved"),
        )


def _curl(scratch: Path, deployment: Deployment, roots: str) -> Command:
    options = ["--silent", "--fail", "--header", f"{TOKEN_HEADER}: {deployment.token}"]
    if roots:
        file = scratch / "roots.pem"
        file.write_text(roots)
        options += ["--cacert", str(file)]
    return Command(("curl", *options, "-o", str(scratch / "ca-cert.pem"), f"{deployment.url}{CA_CERT_PATH}"))
