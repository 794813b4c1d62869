"""Each finding can be run, and is on the list."""

from __future__ import annotations

import os
import re
import subprocess

from tests import ROOT

FINDINGS = ROOT / "findings"


def test_the_list_has_every_finding() -> None:
    listed = re.findall(r"^- \[.*?\]\(([\w.-]+)\)", (FINDINGS / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(file.name for file in FINDINGS.glob("*.sh"))


def test_every_finding_can_be_run() -> None:
    files = sorted(FINDINGS.glob("*.sh"))
    assert [file.name for file in files if not os.access(file, os.X_OK)] == []
    if files:
        subprocess.run(["shellcheck", *files], cwd=ROOT, check=True)
