"""On what the figures were measured."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path


def machine(python: Path) -> str:
    """Describe processor, kernel, Python and Terraform in one line."""
    version = subprocess.check_output(
        [python, "-c", "import platform as p; print(p.python_implementation(), p.python_version())"], text=True
    ).strip()
    return "; ".join(
        part
        for part in (f"{_processor()}, {len(os.sched_getaffinity(0))} cores", _kernel(), version, _terraform())
        if part
    )


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _kernel() -> str:
    return f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"


def _terraform() -> str:
    if not shutil.which("terraform"):
        return ""
    said = subprocess.check_output(["terraform", "version", "-json"], text=True, stderr=subprocess.DEVNULL)
    return f"Terraform {json.loads(said)['terraform_version']}"
