"""What happens before a tool runs in a workspace: Terraform applies the module, and Coder's agent runs its script."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.harness.terraform import SETUP_SCRIPT, Terraform, copy_module
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.harness.deployment import Deployment
    from tests.harness.terraform import Providers

# Where the script looks first for the system's roots.
SYSTEM_ROOTS = SYSTEM_TRUST_FILES[0]

# A program that hangs must not hang the tests.
SECONDS = 60


class Applied(NamedTuple):
    """The module's outputs, and the startup script."""

    outputs: dict[str, Any]
    script: str


def apply(directory: Path, deployment: Deployment, variables: Mapping[str, object], providers: Providers) -> Applied:
    """Apply a copy of the module that is made in the directory, as the deployment would."""
    environment = {"CODER_AGENT_URL": deployment.url, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": deployment.token}
    with Terraform(copy_module(directory), environment, providers=providers) as terraform:
        terraform.init()
        terraform.apply(variables=variables)
        return Applied(terraform.outputs(), terraform.resources()[SETUP_SCRIPT]["script"])


def run_script(script: str, home: Path, system_roots: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a startup script as Coder's agent does, but for the file that has the system's roots."""
    text = script.replace(SYSTEM_ROOTS, str(system_roots))
    shell = text.partition("\n")[0].removeprefix("#!")
    return run_in_workspace([shell, "-c", text], home, variables)


def run_in_workspace(
    command: Sequence[str], home: Path | str, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program in `home`, with PATH, HOME and these variables only; its two outputs are one."""
    return subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **variables},
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
