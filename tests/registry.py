"""`make registry`: the module as a folder that can be submitted to Coder's registry, https://github.com/coder/registry."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox

from tests import ROOT
from tests.harness.terraform import LEFT_BEHIND, MODULE
from tf_helper import __version__

NAME = "aibridge-proxy"
NODE = ROOT / "tests" / "package" / "node"
FORMATTER = (str(NODE / "node_modules/.bin/prettier"), "--log-level=warn", f"--config={NODE / 'package.json'}")

# There is no tf-helper where the registry runs `terraform test`, and it runs only what is beside main.tf.
TESTS_WITHOUT_HELPER = ("helper_version", "start", "stop", "validations")

SHARED_VARIABLES = """\
# The parts of the startup script share their variables.
disable=SC2034,SC2154
"""


PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")["project"]["urls"]["Source"]


def make(namespace: str, registry: Path) -> Path:
    """Make the module's folder in a checkout's folder `registry/`, formatted as the registry wants it; return it."""
    if not Path(FORMATTER[0]).exists():
        raise SystemExit(f"make registry: {FORMATTER[0]} is missing: install npm, then run `make registry` again")
    module = registry / namespace / "modules" / NAME
    images = registry / namespace / ".images"
    shutil.rmtree(module, ignore_errors=True)

    def left_out(directory: str, names: list[str]) -> set[str]:
        here = {"tests", "images"} if Path(directory) == MODULE else {"provisioner"}
        return here | {name for name in names if name.endswith(".tftest.hcl")} | LEFT_BEHIND(directory, names)

    shutil.copytree(MODULE, module, ignore=left_out)
    for name in TESTS_WITHOUT_HELPER:
        shutil.copy(MODULE / "tests" / f"{name}.tftest.hcl", module)
    shutil.copy(MODULE / "tests" / "registry" / "main.test.ts", module)
    settings = (ROOT / ".shellcheckrc").read_text()
    (module / ".shellcheckrc").write_text(f"{settings}\n{SHARED_VARIABLES}")

    images.mkdir(exist_ok=True)
    for image in (MODULE / "images").iterdir():
        shutil.copy(image, images / f"{NAME}-{image.name}")
    readme = module / "README.md"
    readme.write_text(published(readme.read_text(), namespace))

    subprocess.run([*FORMATTER, "--write", module], cwd=NODE, check=True)
    return module


def published(readme: str, namespace: str) -> str:
    """Return the module's README with the module's address in the registry, the project's, and the pictures' place."""
    source = f'"registry.coder.com/{namespace}/{NAME}/coder"'
    local = re.compile(rf'^  source( +)= "./{NAME}"$', re.MULTILINE)
    readme = local.sub(
        lambda found: f'  source{found[1]}= {source}\n  version{found[1][1:]}= "{__version__}"',
        readme,
    )
    readme = re.sub(r"<!-- \[\[\[.*\]\]\] -->\n", "", readme)
    readme = re.sub(r"^- `tf-helper`", f"- [`tf-helper`]({PROJECT})", readme, count=1, flags=re.MULTILINE)
    readme = readme.replace("](examples/provisioner/", f"]({PROJECT}/blob/HEAD/terraform/examples/provisioner/")
    return readme.replace("](images/", f"](../../.images/{NAME}-")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make registry", description=__doc__)
    parser.add_argument("--namespace", default="coder")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "registry", metavar="FOLDER")
    options = parser.parse_args()
    print(make(options.namespace, options.to.absolute()))
    if "/OWNER/" in PROJECT:
        print(f"Before you submit it, replace OWNER in pyproject.toml, Source = {PROJECT}", file=sys.stderr)
