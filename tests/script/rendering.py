"""Has terraform put values into the startup script, by the module's own script.tf."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.harness.deployment import TOKEN
from tests.harness.terraform import MODULE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

VARIABLES = (
    *("ACCESS_URL", "SESSION_TOKEN", "CERT_PATH", "CA_BUNDLE_PATH", "CA_CERT_PEM", "EXTRA_CA_CERTS_PEM"),
    *("WRAPPER_PATH", "WRAPPER", "PROXY_URL"),
)

# The values of a script that gets others later: the names between @.
PLACEHOLDERS = {name: f"@{name}@" for name in VARIABLES}

# An output env, whose variables the wrapper exports.
ENV = {
    "HTTPS_PROXY": f"https://coder:{TOKEN}@aiproxy.example.com",
    "NO_PROXY": "localhost,.example.com",
    "SSL_CERT_FILE": PLACEHOLDERS["CA_BUNDLE_PATH"],
}

# What script.tf puts together.
SOURCES = tuple(
    str(path.relative_to(MODULE))
    for pattern in ("startup/*", "check/*", "wrapper.sh", "*.json")
    for path in sorted(MODULE.glob(pattern))
)
SHELL_PARTS = tuple(name for name in SOURCES if name.endswith(".sh"))
STARTUP = tuple(name for name in SHELL_PARTS if name.startswith("startup/"))

_ROOT = """
module "script" {
  for_each = jsondecode(file("values.json"))
  source   = "./script"
  values   = each.value
  env      = jsondecode(file("env.json"))
}

output "texts" {
  value = { for key, script in module.script : key => { script = script.script, wrapper = script.wrapper } }
}
"""

_SCRIPT = """
variable "values" {
  type = map(string)
}

variable "env" {
  type = map(string)
}

locals {
  script_values = var.values
  client_env    = var.env
  session_token = var.values["SESSION_TOKEN"]
  settings = {
    access_url     = var.values["ACCESS_URL"]
    cert_path      = var.values["CERT_PATH"]
    ca_bundle_path = var.values["CA_BUNDLE_PATH"]
    proxy_url      = var.values["PROXY_URL"]
  }
}

output "script" {
  value = local.script
}

output "wrapper" {
  value = local.wrapper
}
"""


@dataclass(frozen=True)
class Rendered:
    """The two texts that script.tf makes of values."""

    script: str
    wrapper: str


class Renderer:
    """Puts values in front of the shell files, or of other texts in their place."""

    def __init__(self, directory: Path, replaced: Mapping[str, str] | None = None, *, line_end: str = "\n") -> None:
        self._directory = directory
        script = directory / "script"
        script.mkdir(parents=True)
        for name in ("script.tf", *SOURCES):
            text = (replaced or {}).get(name, (MODULE / name).read_text())
            (script / name).parent.mkdir(exist_ok=True)
            (script / name).write_text(text, newline=line_end)
        (script / "main.tf").write_text(_SCRIPT)
        (directory / "main.tf").write_text(_ROOT)
        self._terraform("get")

    def render(self, batch: Sequence[Mapping[str, str]], env: Mapping[str, str] = ENV) -> list[Rendered]:
        """Return the script and the wrapper for each mapping; `env` is the module's output of this name."""
        values = {str(number): dict(mapping) for number, mapping in enumerate(batch)}
        (self._directory / "values.json").write_text(json.dumps(values))
        (self._directory / "env.json").write_text(json.dumps(dict(env)))
        self._terraform("apply", "-auto-approve", "-refresh=false")
        texts = json.loads(self._terraform("output", "-json", "texts"))
        return [Rendered(**texts[number]) for number in values]

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
