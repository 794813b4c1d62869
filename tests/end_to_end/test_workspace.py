"""The module is applied, its startup script runs, and the wrapper gives a command the output `env`."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from typing import TYPE_CHECKING

from tests import ROOT
from tests.harness.certificates import make_certificate
from tests.harness.deployment import CA_CERT_PATH, TOKEN, Answer, Deployment
from tests.harness.startup import apply

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.terraform import Providers

COMMANDS = re.findall(
    r"^ *```sh\n(.*?)^ *```$", (ROOT / "docs/troubleshooting.md").read_text(), re.DOTALL | re.MULTILINE
)

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
        (command,) = (block for block in COMMANDS if "Coder-Session-Token" in block)
        command = textwrap.dedent(command).replace("~/.local/bin/ai-proxy", str(wrapper))
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
