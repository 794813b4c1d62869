"""On what the figures were measured."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from pathlib import Path

from tests.bench.case import have


def machine(python: Path) -> str:
    """Describe processor, kernel, Python and Terraform in one line."""
    processor = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    parts = [
        f"{processor[1] if processor else platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        _said(python, "-c", "import platform as p; print(p.python_implementation(), p.python_version())"),
    ]
    if have("terraform"):
        parts.append(f"Terraform {json.loads(_said('terraform', 'version', '-json'))['terraform_version']}")
    return "; ".join(parts)


def _said(*command: str | Path) -> str:
    return subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL).strip()
