"""Has terraform put values into the startup script, by the module's own script.tf."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.harness.terraform import MODULE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

VARIABLES = ("ACCESS_URL", "SESSION_TOKEN", "CERT_PATH", "CA_BUNDLE_PATH", "CA_CERT_PEM", "EXTRA_CA_CERTS_PEM")

_ROOT = """
module "script" {
  for_each = jsondecode(file("values.json"))
  source   = "./script"
  values   = each.value
}

output "scripts" {
  value = { for key, script in module.script : key => script.text }
}
"""

_SCRIPT = """
variable "values" {
  type = map(string)
}

locals {
  script_values = var.values
}

output "text" {
  value = local.script
}
"""


class Renderer:
    """Puts the values in front of setup.sh, or in front of another text in its place."""

    def __init__(self, directory: Path, setup: str | None = None) -> None:
        self._directory = directory
        script = directory / "script"
        script.mkdir(parents=True)
        shutil.copy(MODULE / "script.tf", script)
        if setup is None:
            shutil.copy(MODULE / "setup.sh", script)
        else:
            (script / "setup.sh").write_text(setup)
        (script / "main.tf").write_text(_SCRIPT)
        (directory / "main.tf").write_text(_ROOT)
        self._terraform("get")

    def render(self, batch: Sequence[Mapping[str, str]]) -> list[str]:
        """Return the text of one script for each mapping."""
        values = {str(number): dict(mapping) for number, mapping in enumerate(batch)}
        (self._directory / "values.json").write_text(json.dumps(values))
        self._terraform("apply", "-auto-approve", "-refresh=false")
        scripts = json.loads(self._terraform("output", "-json", "scripts"))
        return [scripts[number] for number in values]

    def _terraform(self, *args: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        done = subprocess.run(
            ["terraform", *args],
            cwd=self._directory,
            env=environment | {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
