"""Runs the real `terraform` on a directory, with stand-in providers or with the real ones.

with Terraform(directory, {"CODER_WORKSPACE_TRANSITION": "start"}) as terraform:
    terraform.init()
    terraform.apply(variables={"proxy_url": "http://proxy.example.com:8888"})
    print(terraform.outputs()["env"])
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from tests import ROOT
from tests.harness.closing import Closing
from tests.harness.providers.coder import coder
from tests.harness.providers.programs import external, local
from tests.harness.providers.server import Server
from tests.harness.terraform_json import Outcome, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


Providers = Literal["stand-in", "real"]

MODULE = ROOT / "terraform"

# The startup script, as Terraform knows it within the module.
SETUP_SCRIPT = "coder_script.aibridge_proxy_setup"

# What Terraform and the Coder provider leave behind; a copy of the module starts without it.
LEFT_BEHIND = shutil.ignore_patterns(".terraform*", ".coder", "terraform.tfstate*", "crash*.log")


class MakeTerraform(Protocol):
    """The type of pytest's fixture `make_terraform`."""

    def __call__(self, directory: Path, environment: Mapping[str, str] | None = None) -> Terraform:
        """Make an instance that is closed when the test ends."""


# The commands that know -no-color.
COLORED = {"apply", "destroy", "get", "init", "output", "plan", "refresh", "show", "test", "validate"}

# A command that hangs must not hang the test run.
SECONDS = 180


# A module of Coder's registry as an example names it: its name, and the first two numbers of its version.
REGISTRY = re.compile(r'"registry\.coder\.com/[\w-]+/([\w-]+)/coder"\s+version\s+= "~> (\d+\.\d+)[.\d]*"')


def copy_module(destination: Path) -> Path:
    """Copy `terraform/`, tests and examples included; examples that use a module of Coder's registry get a stand-in.

    The destination's parent should be a temporary directory too: the real Coder provider leaves a `.coder` there.
    """
    copy = Path(shutil.copytree(MODULE, destination, ignore=LEFT_BEHIND))
    for example in copy.glob("examples/*/main.tf"):
        example.write_text(with_stand_in_modules(example.read_text()))
    return copy


def with_stand_in_modules(template: str) -> str:
    """Replace a module of Coder's registry in an example by its stand-in in `terraform/tests/fixtures`."""
    return REGISTRY.sub(r'"../../tests/fixtures/\1-\2"', template)


class TerraformError(Exception):
    """Terraform's exit status was not 0; the text has the command and all that it said."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        said = "\n".join([*map(str, outcome(done.stdout).diagnostics), done.stdout, done.stderr])
        super().__init__(f"`{' '.join(done.args)}` ended with status {done.returncode}\n{said}")


class Terraform(Closing):
    """Terraform in one working directory, with providers of its own.

    `environment` is laid over the caller's environment without its TF_* and CODER_* variables. The result is the
    attribute of that name; changes to it count from the next command on, for the providers too.
    """

    def __init__(
        self, directory: Path, environment: Mapping[str, str] | None = None, *, providers: Providers = "stand-in"
    ) -> None:
        self.directory = directory.absolute()
        self.environment = _base_environment()
        # Private to this instance; the paths of unix sockets end at 108 bytes, too few for pytest's directories.
        self._scratch = Path(tempfile.mkdtemp(prefix="tf-", dir="/tmp"))
        self._servers: list[Server] = []
        self._install_lock: Path | None = None
        if providers == "real":
            self.environment.update(_real_providers_environment())
            self._install_lock = Path(self.environment["TF_PLUGIN_CACHE_DIR"], ".lock")
        else:
            self._servers = [
                Server(external(self.environment, self.directory), self._scratch / "external"),
                Server(local(self.environment, self.directory), self._scratch / "local"),
                Server(coder(self.environment), self._scratch / "coder"),
            ]
            reattach = {source: how for server in self._servers for source, how in server.reattach.items()}
            self.environment.update(TF_CLI_CONFIG_FILE=os.devnull, TF_REATTACH_PROVIDERS=json.dumps(reattach))
        self.environment.update(environment or {})

    def close(self) -> None:
        """End the providers; the working directory stays."""
        for server in self._servers:
            server.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def run(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run any command and return what it printed, without colors."""
        if args[0] in COLORED:
            args = (args[0], "-no-color", *args[1:])
        done = subprocess.run(
            ["terraform", *args],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        if check and done.returncode:
            raise TerraformError(done)
        return done

    def init(self) -> None:
        """Find the modules, and with the real providers install those."""
        with ExitStack() as cleanup:
            if self._install_lock:
                # Terraform's cache of providers is not safe for two at a time.
                fcntl.flock(cleanup.enter_context(self._install_lock.open("w")), fcntl.LOCK_EX)
            self.run("init", "-input=false")

    def validate(self) -> None:
        """Check the configuration, without variables and without reading anything."""
        self.run("validate")

    def plan(
        self, *options: str, variables: Mapping[str, object] | None = None, out: str | None = None, check: bool = True
    ) -> Outcome:
        """Plan, and with `out` save the plan in a file of that name; `options` are Terraform's own."""
        return self._change("plan", *options, *([f"-out={out}"] if out else []), variables=variables, check=check)

    def apply(
        self, *options: str, variables: Mapping[str, object] | None = None, plan: str | None = None, check: bool = True
    ) -> Outcome:
        """Plan and apply, or apply a saved plan."""
        saved = [plan] if plan else []
        return self._change("apply", "-auto-approve", *options, *saved, variables=variables, check=check)

    def destroy(self, variables: Mapping[str, object]) -> Outcome:
        """Destroy all that was applied."""
        return self._change("destroy", "-auto-approve", variables=variables, check=True)

    def outputs(self) -> dict[str, Any]:
        """Return all output values, sensitive ones included."""
        outputs = json.loads(self.run("output", "-json").stdout)
        return {name: output["value"] for name, output in outputs.items()}

    def show(self, plan: str | None = None) -> dict[str, Any]:
        """Return the state, or a saved plan, in Terraform's JSON form."""
        shown = json.loads(self.run("show", "-json", *([plan] if plan else [])).stdout)
        assert isinstance(shown, dict)
        return shown

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the values of all resources and data sources in the state, by address."""

        def walk(module: dict[str, Any]) -> dict[str, dict[str, Any]]:
            found = {resource["address"]: resource["values"] for resource in module.get("resources", [])}
            for child in module.get("child_modules", []):
                found |= walk(child)
            return found

        return walk(self.show()["values"]["root_module"])

    def test(self, *options: str) -> str:
        """Run `terraform test`, raise if a run fails, and return what it printed; `options` are Terraform's own."""
        return self.run("test", *options).stdout

    def _change(self, command: str, *args: str, variables: Mapping[str, object] | None, check: bool) -> Outcome:
        given = []
        if variables is not None:
            # Values on the command line would have to be HCL, and could be read in the list of processes.
            file = self._scratch / "variables.tfvars.json"
            file.write_text(json.dumps(variables))
            given = [f"-var-file={file}"]
        # The diagnostics in the JSON events are whole; in the text Terraform wraps them at 78 columns.
        return outcome(self.run(command, "-json", "-input=false", *given, *args, check=check).stdout)


def _base_environment() -> dict[str, str]:
    # SHELL: the external provider asks it to find a program that is not on PATH, and then words its error.
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("TF_", "CODER_")) and name != "SHELL"
    }
    scripts = Path(sys.executable).parent
    return kept | {
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def _real_providers_environment() -> dict[str, str]:
    cache = Path(os.environ.get("TF_PLUGIN_CACHE_DIR") or Path(tempfile.gettempdir(), f"tf-plugins-{os.getuid()}"))
    cache.mkdir(parents=True, exist_ok=True)
    environment = {
        "TF_PLUGIN_CACHE_DIR": str(cache),
        # Without a lock file, as here, Terraform would download anyway.
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
    }
    config = os.environ.get("TF_CLI_CONFIG_FILE", "")
    # A variable that names a missing file makes every command warn.
    return environment | ({"TF_CLI_CONFIG_FILE": config} if Path(config).is_file() else {})
