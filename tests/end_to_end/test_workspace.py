"""The module is applied, its startup script runs, and the wrapper gives a command the output `env`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.harness.certificates import make_certificate
from tests.harness.deployment import CA_CERT_PATH, TOKEN, Answer, Deployment
from tests.harness.startup import apply
from tests.script.workspace import SHELLS
from tf_helper.values.cert_path import CertPath

if TYPE_CHECKING:
    from tests.harness.certificates import Certified
    from tests.harness.terraform import Providers

COMMANDS = re.findall(
    r"^ *```sh\n(.*?)^ *```$", (ROOT / "docs/troubleshooting.md").read_text(), re.DOTALL | re.MULTILINE
)

(REPLACE_CA,) = (textwrap.dedent(block) for block in COMMANDS if "Coder-Session-Token" in block)

# What a shell may set by itself.
OF_THE_SHELL = {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}


def test_a_workspace_gets_the_certificate_and_a_wrapper_that_sets_env_and_nothing_else(
    ca: Certified, providers: Providers, tmp_path: Path
) -> None:
    cert_path, wrapper = tmp_path / "certs/ca.pem", tmp_path / "bin/ai-proxy"
    variables = {
        "agent_id": "agent",
        "proxy_url": "https://aiproxy.example.com",
        "cert_path": str(cert_path),
        "wrapper_path": str(wrapper),
        "coder_token_as_api_key": True,
    }
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem) as deployment:
        del deployment.answers[CA_CERT_PATH]  # as on an older one, which has the other path only
        applied = apply(tmp_path / "module", deployment, variables, providers)

        def start() -> subprocess.CompletedProcess[str]:
            command = [applied.script.partition("\n")[0].removeprefix("#!"), "-c", applied.script]
            return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

        done = start()
        assert (done.returncode, done.stdout) == (0, f"AI Bridge Proxy CA certificate saved to {cert_path}\n")
        assert cert_path.read_text() == ca.pem
        assert ca.pem in cert_path.with_name("ca.bundle.pem").read_text()
        ran = subprocess.check_output([wrapper, "env", "-0"], env={"PATH": os.environ["PATH"]}, text=True, timeout=60)
        found = dict(variable.split("=", 1) for variable in ran.rstrip("\0").split("\0"))
        assert {name: value for name, value in found.items() if name not in OF_THE_SHELL} == applied.outputs["env"]

        replaced = make_certificate("proxy CA")
        deployment.serve(Answer(body=replaced.pem.encode()))
        command = REPLACE_CA.replace("/tmp/aibridge-proxy/ai-proxy", str(wrapper))
        environment = {"PATH": os.environ["PATH"], "CODER_AGENT_URL": deployment.url}
        subprocess.run(["sh", "-ec", command], env=environment, check=True, timeout=60)
        for name in ("ca.pem", "ca.bundle.pem"):
            text = cert_path.with_name(name).read_text()
            assert text.startswith(replaced.pem)
            assert ca.pem in text

        deployment.serve(Answer(403))
        done = start()
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1].startswith(f"AI Bridge Proxy setup failed: {deployment.url} denied access")
        assert cert_path.read_text() == replaced.pem + ca.pem


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", ["ca.pem", "ca.crt", "ca", "company.ca.crt", ".ca", "ca.bundle", "ca."])
def test_a_replaced_certificate_gets_into_both_files_whatever_their_names(
    name: str, shell: str, ca: Certified, tmp_path: Path
) -> None:
    if not shutil.which(SHELLS[shell][0]):
        pytest.skip(f"{shell} is not on PATH")
    directory = tmp_path / "certs.bundle.d"
    directory.mkdir()
    cert = CertPath.parse(str(directory / name))
    files = {Path(cert.path): "old CA\n", Path(cert.bundle_path): "old CA\nsystem's roots\n"}
    for path, text in files.items():
        path.write_text(text)
    command = REPLACE_CA.replace("/tmp/aibridge-proxy/ai-proxy sh", " ".join(SHELLS[shell]))
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem) as deployment:
        environment = {
            "PATH": os.environ["PATH"],
            "CODER_AGENT_URL": deployment.url,
            "HTTPS_PROXY": f"http://coder:{TOKEN}@aiproxy.example.com",
            "SSL_CERT_FILE": cert.bundle_path,
        }
        subprocess.run(["sh", "-ec", command], env=environment, check=True, timeout=60)
    assert {path: path.read_text() for path in directory.iterdir()} == {
        path: ca.pem + text for path, text in files.items()
    }
