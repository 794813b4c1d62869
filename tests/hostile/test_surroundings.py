"""Odd streams, variables and directories: the answer is the same, or the refusal clean."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.certificates import make_certificate
from tests.harness.program import ENVIRONMENT, Ran, run
from tests.harness.promises import ANSWERED, REFUSED, WRONG_USAGE, answered, assert_clean_message, assert_promises_kept

if TYPE_CHECKING:
    from pathlib import Path

# What loads the rarer parts too: international names, address ranges, certificates.
GOOD = json.dumps(
    {
        "proxy_url": "http://b\u00fccher.example",
        "no_proxy": "10.0.0.0/8",
        "ca_cert_pem": make_certificate("old", to_day=-1).pem,
    },
    ensure_ascii=False,
).encode()
BAD = '{"proxy_url": "\u00e4", "cert_path": "\u00e4", "\u00e4": 1, "ca_cert_pem": "\u00e4"}'.encode()


def run_in_shell(command: str, data: bytes = GOOD, *, cwd: Path | None = None) -> Ran:
    """Run a command of the shell, in which $0 is the program; for what only a shell does to a process."""
    return run(data, cwd=cwd, launcher=("sh", "-c", command))


@pytest.fixture(scope="module")
def expected() -> tuple[Ran, Ran]:
    """The answer and the refusal of an ordinary process."""
    answer, refusal = run(GOOD), run(BAD)
    assert len(json.loads(answered(answer)["warnings"])) == 2
    assert_promises_kept(answer)
    assert_promises_kept(refusal)
    return answer, refusal


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("2>&-", ANSWERED),
        ("<&- 2>&-", REFUSED),
        (">&- 2>&-", REFUSED),
        ("<&- >&- 2>&-", REFUSED),
        (">/dev/full", REFUSED),
        (">/dev/full 2>&1", REFUSED),
        ("--help >/dev/full", REFUSED),
        ("--unknown >/dev/full", WRONG_USAGE),
        ("--unknown 2>/dev/full", WRONG_USAGE),
    ],
)
def test_closed_and_full_streams_keep_the_exit_status(command: str, status: int) -> None:
    ran = run_in_shell(f'exec "$0" {command}')
    assert ran.status == status
    assert (ran.stdout == b"") == (status != ANSWERED)
    assert_clean_message(ran.stderr or b"tf-helper: error: \n")


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("data", [GOOD, BAD])
def test_a_broken_pipe_keeps_the_exit_status(data: bytes, *, both: bool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stderr = writer if both else subprocess.PIPE
    done = subprocess.run([PROGRAM], input=data, stdout=writer, stderr=stderr, env=ENVIRONMENT, check=False)
    os.close(writer)
    assert done.returncode == REFUSED
    assert_clean_message(done.stderr or b"tf-helper: error: \n")


@pytest.mark.parametrize(
    "variables",
    [
        "LC_ALL=C PYTHONCOERCECLOCALE=0 PYTHONUTF8=0 PYTHONIOENCODING=utf-16 HOME= TMPDIR=/missing TZ=x COLUMNS=1",
        "LC_ALL=tr_TR.ISO-8859-9 PYTHONIOENCODING=cp037 PYTHONHASHSEED=1 FORCE_COLOR=1 PYTHON_COLORS=1 TERM=xterm",
        "PYTHONINSPECT=1",
        "PYTHONWARNINGS=error PYTHONWARNDEFAULTENCODING=1 PYTHONDEVMODE=1 PYTHONTRACEMALLOC=1 TF_HELPER_DEBUG=1",
        "PYTHONOPTIMIZE=2 OPENSSL_CONF=/missing SSL_CERT_FILE=/missing SSLKEYLOGFILE=/missing HTTPS_PROXY=\x1b",
    ],
)
def test_no_variable_changes_the_answer_or_the_refusal(variables: str, expected: tuple[Ran, Ran]) -> None:
    env = dict(variable.split("=", 1) for variable in variables.split())
    assert (run(GOOD, env=env), run(BAD, env=env)) == expected


def test_a_deleted_working_directory_does_not_matter(tmp_path: Path, expected: tuple[Ran, Ran]) -> None:
    (tmp_path / "gone").mkdir()
    assert run_in_shell('cd gone && rmdir ../gone && exec "$0"', cwd=tmp_path) == expected[0]
