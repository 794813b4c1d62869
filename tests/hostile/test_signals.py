"""Ctrl-C, SIGTERM, and many at once."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.deployment import TOKEN
from tests.harness.program import ENVIRONMENT, SECONDS, Ran, fetching, run
from tests.harness.promises import INTERRUPTED, answered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.deployment import Deployment

# Far over what the program needs to end, and under the 20 s after which a download would give up by itself.
AT_ONCE = 10

# More than a pipe holds: once it is written, the program is reading.
MORE_THAN_A_PIPE_HOLDS = b" " * 100 * 1024


@contextmanager
def started(**env: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**ENVIRONMENT, **env},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[bytes]) -> Ran:
    stdout, stderr = process.communicate(timeout=AT_ONCE)
    return Ran(process.returncode, stdout, stderr)


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGHUP, -signal.SIGHUP)],
)
def test_a_signal_while_it_reads_ends_it_at_once_and_quietly(number: signal.Signals, status: int) -> None:
    with started() as process:
        assert process.stdin
        process.stdin.write(MORE_THAN_A_PIPE_HOLDS)
        process.stdin.flush()
        process.send_signal(number)
        assert ended(process) == Ran(status, b"", b"")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_while_it_downloads_ends_it_at_once_and_quietly(
    number: signal.Signals, status: int, deployment: Deployment
) -> None:
    with started(CODER_WORKSPACE_OWNER_SESSION_TOKEN=TOKEN) as process:

        def interrupt() -> None:
            process.send_signal(number)
            process.wait(AT_ONCE)

        deployment.before_answer = interrupt
        assert process.stdin
        process.stdin.write(fetching(deployment.url))
        process.stdin.close()
        process.wait(SECONDS)
        assert process.stdout
        assert process.stderr
        assert (process.returncode, process.stdout.read(), process.stderr.read()) == (status, b"", b"")


# In the order in which they are loaded; after the first the program has begun, before it only Python has.
MODULES = ("typing", "tf_helper.cli", "tf_helper.errors", "json", "tf_helper.protocol", "tf_helper.query", "ssl")


@pytest.mark.parametrize("module", MODULES)
def test_ctrl_c_while_it_loads_a_module_is_no_traceback(module: str, tmp_path: Path, ca: Certified) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        f"def interrupt(event, arguments):\n"
        f"    if event == 'import' and arguments[0] == '{module}':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(interrupt)\n"
    )
    query = json.dumps({"proxy_url": "https://h", "ca_cert_pem": ca.pem}).encode()
    assert run(query, env={"PYTHONPATH": str(tmp_path)}) == Ran(INTERRUPTED, b"", b"")


def test_ten_at_once_get_the_same_answer(deployment: Deployment, ca: Certified) -> None:
    data = fetching(deployment.url)
    processes = [
        subprocess.Popen(
            [PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, "CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN},
        )
        for _ in range(10)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write(data)
        process.stdin.flush()
    answers = [answered(Ran(process.wait(), *outputs)) for process in processes for outputs in [process.communicate()]]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["ca_cert_pem"] == ca.pem
    assert len(deployment.asked) == 10
