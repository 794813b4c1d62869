"""`make demo`: a template is applied, its workspace starts, and everything that comes out of it is shown."""

from __future__ import annotations

import argparse
import hashlib
import logging
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.harness.certificates import make_certificate
from tests.harness.deployment import Deployment
from tests.harness.terraform import Terraform, TerraformError, copy_module

if TYPE_CHECKING:
    from tests.harness.terraform import Providers

SCRIPT = "module.aibridge_proxy.coder_script.aibridge_proxy_setup"
PROXY_URL = " HTTP://AIProxy.Example.com:8888/ "


def main() -> int:
    """Run the demo and return the startup script's exit status."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--providers", choices=("stand-in", "real"), default="stand-in")
    providers: Providers = parser.parse_args().providers
    if not shutil.which("terraform"):
        sys.exit("make demo needs terraform on PATH: https://developer.hashicorp.com/terraform/install")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
    token = f"{secrets.token_hex(5)}-{secrets.token_hex(11)}"
    ca = make_certificate("AI Bridge Proxy")
    with (
        tempfile.TemporaryDirectory(prefix="tf-helper-demo-") as scratch,
        Deployment(token=token, ca_cert_pem=ca.pem) as deployment,
    ):
        step("A Coder deployment", f"a stand-in for one listens on {deployment.url}")
        try:
            outputs, script = apply(Path(scratch), deployment, token, providers)
        except TerraformError as error:
            sys.exit(str(error))
        for name, value in outputs.items():
            print(f"     {name} = {value.replace(token, '<session token>')}")
        step("The workspace starts", "its agent runs the startup script that Terraform composed")
        done = subprocess.run(["sh", "-c", script], check=False)
        if done.returncode == 0:
            certificate = Path(outputs["cert_path"])
            der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
            step("The CA certificate is in the workspace", str(certificate))
            print(f"     SHA-256 {hashlib.sha256(der).hexdigest()}")
            print(f"     the deployment's is {hashlib.sha256(ca.der).hexdigest()}")
            step("The bundle, with the system's roots", outputs["ca_bundle_path"])
        return done.returncode


def apply(scratch: Path, deployment: Deployment, token: str, providers: Providers) -> tuple[dict[str, str], str]:
    """Apply the basic example; return its outputs and the startup script."""
    environment = {"CODER_AGENT_URL": deployment.url, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": token}
    variables = {"proxy_url": PROXY_URL, "cert_path": f"{scratch}/workspace//ca-cert.pem"}
    directory = copy_module(scratch / "module") / "examples/basic"
    with Terraform(directory, environment, providers=providers) as terraform:
        where = "the real providers" if providers == "real" else "stand-ins for the providers, as no registry is needed"
        step("A template is applied", f"terraform/examples/basic, with {where}")
        for name, value in variables.items():
            print(f'     {name} = "{value}"')
        terraform.init()
        terraform.apply(variables=variables)
        step("The outputs", "what modules for single tools get, checked and normalised by tf-helper")
        return terraform.outputs(), str(terraform.resources()[SCRIPT]["script"])


def step(title: str, text: str) -> None:
    """Print what happens next."""
    print(f"\n---- {title}: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
