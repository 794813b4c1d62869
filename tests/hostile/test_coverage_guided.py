from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

RUNS, SECONDS = 50_000, 90


@pytest.mark.fuzz(long=True)
def test_a_search_that_follows_the_code_finds_no_counter_example(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: make fuzz does so where there is a wheel")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.hostile.coverage_guided", tmp_path),
            *(
                f"-runs={RUNS}",
                f"-max_total_time={SECONDS}",
                "-max_len=2000",
                "-timeout=20",
                f"-artifact_prefix={tmp_path}/",
            ),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS + 60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    ended = re.search(r"Done (\d+) runs in (\d+) second", done.stderr)
    assert ended
    print(f"\n{ended[0]}")  # noqa: T201
