"""`make bench` measures whatever can be measured here, and the documentation shows what it prints."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM, ROOT
from tests.bench.readme import BEGIN, END, figures, replace_figures

if TYPE_CHECKING:
    from pathlib import Path


def _rows(text: str) -> list[str]:
    """Return the first column of the tables, without their heads."""
    cells = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("| ")]
    heads = [number - 1 for number, cell in enumerate(cells) if cell == "---"]
    return [cell for number, cell in enumerate(cells) if number not in heads and cell != "---"]


def test_every_row_of_the_documentation_is_measured_or_left_out_for_want_of_a_program(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"above\n{BEGIN}old\n{END}below\n")
    few = ["--rounds", "1", "--starts", "2", "--no-valgrind"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--program", PROGRAM, *few, "--readme", readme],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    measured, _, words = done.stdout.partition("Left out here: ")
    left_out = dict(re.findall(r"([^;(]+) \((.*?)\)[;.] ?", words))
    assert left_out.pop("instructions") == "not asked for"
    if left_out.pop("memory", None):
        assert not shutil.which("time")
    expected = _rows(figures((ROOT / "docs" / "performance.md").read_text()))
    assert len(expected) > 15
    assert [row for row in expected if row not in left_out] == _rows(measured)
    for because in left_out.values():
        assert not [tool for tool in re.findall(r"no (\w+)", because) if shutil.which(tool)]
    assert readme.read_text() == f"above\n{BEGIN}\n{done.stdout}\n{END}below\n"


def test_figures_are_not_put_where_there_is_no_place_for_them(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"above\n{END}{BEGIN}below\n")
    with pytest.raises(ValueError, match="no place for the figures"):
        replace_figures(readme, "new")
    assert readme.read_text() == f"above\n{END}{BEGIN}below\n"
