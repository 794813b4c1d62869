"""`make demo`: a template is applied, its workspace starts, and the wrapper runs a tool that asks two hosts."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme

from tests.harness.deployment import Deployment
from tests.harness.gateway import Gateway
from tests.harness.origin import Origin, Page
from tests.harness.proxy import Proxy
from tests.harness.terraform import SETUP_SCRIPT, Terraform, TerraformError, copy_module
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from tests.harness.terraform import Providers

PROVIDER, OTHER = "api.anthropic.com", "registry.example.com"
PATH = "/v1/models"  # one that the gateway serves


def main() -> int:
    """Run the demo; return 0 if all went well."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--providers", choices=("stand-in", "real"), default="stand-in")
    providers: Providers = parser.parse_args().providers
    if not shutil.which("terraform"):
        sys.exit("make demo needs terraform on PATH: https://developer.hashicorp.com/terraform/install")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
    token = f"{secrets.token_hex(5)}-{secrets.token_hex(11)}"
    public = trustme.CA(organization_name="Public CA of the demo")
    with (
        tempfile.TemporaryDirectory(prefix="tf-helper-demo-") as scratch,
        Origin(public, hosts=(PROVIDER, OTHER), pages={PATH: Page(b"hello")}) as origin,
        Gateway(token=token, origin=origin) as gateway,
        Proxy(gateway=gateway.url, hosts={OTHER: origin.port}) as proxy,
        Deployment(token=token, ca_cert_pem=proxy.ca_cert_pem) as deployment,
    ):
        step("A Coder deployment", f"a stand-in for one listens on {deployment.url}")
        step("Its AI Bridge Proxy", f"a stand-in for one listens on port {proxy.port}")
        say(f"it intercepts requests to {PROVIDER} and tunnels all others")
        roots = Path(scratch, "system-roots.pem")
        public.cert_pem.write_to_path(str(roots))
        try:
            outputs, script = apply(Path(scratch), deployment, proxy, providers)
            passed = start(outputs, script, roots, proxy) and ask_both(outputs, origin)
        except (TerraformError, subprocess.TimeoutExpired) as error:
            say(str(error))
            passed = False
        step("Verdict", "passed: a tool reaches both hosts" if passed else "failed: see the last step above")
        return int(not passed)


def apply(scratch: Path, deployment: Deployment, proxy: Proxy, providers: Providers) -> tuple[dict[str, Any], str]:
    """Apply the example with the wrapper; return its outputs and the startup script."""
    environment = {"CODER_AGENT_URL": deployment.url, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": deployment.token}
    variables = {
        "proxy_url": f" HTTP://LocalHost:0{proxy.port}/ ",
        "cert_path": f"{scratch}/workspace//ca-cert.pem",
        "wrapper_path": f"{scratch}/workspace/./ai-proxy",
        "coder_token_as_api_key": True,
    }
    directory = copy_module(scratch / "module") / "examples/wrapper"
    with Terraform(directory, environment, providers=providers) as terraform:
        where = "the real providers" if providers == "real" else "stand-ins for the providers, as no registry is needed"
        step("A template is applied", f"terraform/examples/wrapper, with {where}")
        for name, value in variables.items():
            say(f"{name} = {json.dumps(value)}")
        terraform.init()
        terraform.apply(variables=variables)
        outputs = terraform.outputs()
        step("The outputs", "checked and normalized by tf-helper")
        for name, value in outputs.items():
            say(f"{name} = {value}")
        found = terraform.resources()
        step("A tool in one line", "the command of coder_app.claude")
        say(found["coder_app.claude"]["command"])
        return outputs, str(found[f"module.aibridge_proxy.{SETUP_SCRIPT}"]["script"])


def start(outputs: dict[str, Any], script: str, roots: Path, proxy: Proxy) -> bool:
    """Run the startup script; say whether the certificate is the proxy's."""
    step("The workspace starts", "its agent runs the startup script that Terraform composed")
    say("for the demo, a made-up public CA replaces the system's roots")
    if subprocess.run(["sh", "-c", script.replace(SYSTEM_TRUST_FILES[0], str(roots))], check=False).returncode:
        return False
    saved, served = (fingerprint(pem) for pem in (Path(outputs["cert_path"]).read_text(), proxy.ca_cert_pem))
    step("The CA certificate is in the workspace", outputs["cert_path"])
    say(f"SHA-256 {saved}")
    say(f"the proxy's is {served}")
    step("The bundle, with the system's roots", outputs["ca_bundle_path"])
    step("The wrapper, which only its owner can read", outputs["wrapper_path"])
    return saved == served


def ask_both(outputs: dict[str, Any], origin: Origin) -> bool:
    """Ask both hosts by the wrapper; say whether each was treated as it should be."""
    intercepted, because = ask(PROVIDER, outputs["wrapper_path"], origin, with_key=True)
    if not intercepted:
        return False
    say("The gateway took the token, used the company's key and passed the request on. The proxy showed curl a")
    say(f"certificate that it signed itself ({because}), and curl trusts it, because the bundle has the")
    say("CA certificate.")
    tunnelled, because = ask(OTHER, outputs["wrapper_path"], origin, with_key=False)
    if tunnelled is not False:
        return False
    say("The proxy passed the connection on. curl saw the host's own certificate")
    say(f"({because}) and trusted it, because the bundle has the system's roots as well.")
    return True


def ask(host: str, wrapper: str, origin: Origin, *, with_key: bool) -> tuple[bool | None, str]:
    """Ask a host; return whether the proxy looked into it (None for no answer), and who signed what curl saw."""
    step(f"A request to https://{host}{PATH}", "by curl, run by the wrapper, with only PATH in the environment")
    curl = f"curl --silent --show-error --verbose https://{host}{PATH}"
    # As Claude Code does; on curl's standard input, so that the token is in no argument.
    key = 'echo "Authorization: Bearer $ANTHROPIC_AUTH_TOKEN" | '
    done = subprocess.run(
        [wrapper, "sh", "-c", f"{key}{curl} --header @-" if with_key else curl],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode or not origin.visits:
        print(done.stderr)
        return None, ""
    say(f"it got: {done.stdout}")
    issuer = re.search(r"issuer: (.*)", done.stderr)
    return origin.visits.pop().intercepted, f"issued by {issuer[1]}" if issuer else "of another issuer"


def fingerprint(pem: str) -> str:
    """Return the SHA-256 fingerprint of a certificate."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def step(title: str, text: str) -> None:
    """Print what happens next."""
    print(f"\n---- {title}: {text}", flush=True)


def say(text: str) -> None:
    """Print more about it."""
    print(f"     {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
