"""Ctrl-C and SIGTERM end the program at once and silently."""

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
from tests.harness.promises import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.deployment import Deployment

# Far over what the program needs to end, and under the 20 s after which a download would give up by itself.
AT_ONCE = 10

# More than fits into a pipe: once it is written, the program is reading.
MORE_THAN_A_PIPE = b" " * 100 * 1024

SIGNALS = pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, -signal.SIGTERM)]
)


@contextmanager
def started(**env: str) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    with subprocess.Popen([PROGRAM], stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT | env) as process:
        try:
            yield process
        finally:
            process.kill()


@SIGNALS
def test_a_signal_while_it_reads(number: signal.Signals, status: int) -> None:
    with started() as process:
        assert process.stdin
        process.stdin.write(MORE_THAN_A_PIPE)
        process.stdin.flush()
        process.send_signal(number)
        outputs = process.communicate(timeout=AT_ONCE)
        assert Ran(process.returncode, *outputs) == Ran(status, b"", b"")


@SIGNALS
def test_a_signal_while_it_downloads(number: signal.Signals, status: int, deployment: Deployment) -> None:
    with started(CODER_WORKSPACE_OWNER_SESSION_TOKEN=TOKEN) as process:

        def interrupt() -> None:
            process.send_signal(number)
            process.wait(AT_ONCE)

        deployment.before_answer = interrupt
        outputs = process.communicate(fetching(deployment.url), timeout=SECONDS)
        assert Ran(process.returncode, *outputs) == Ran(status, b"", b"")
        assert len(deployment.asked) == 1


# The first and the last that this query loads, one in between, and one in C that turns an exception into ImportError.
@pytest.mark.parametrize("module", ["tf_helper.cli", "tf_helper.query", "ssl", "_socket"])
def test_ctrl_c_while_it_loads_a_module(module: str, tmp_path: Path, ca: Certified) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        f"def interrupt(event, arguments):\n"
        f"    if event == 'import' and arguments[0] == '{module}':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(interrupt)\n"
    )
    query = json.dumps({"proxy_url": "https://h", "ca_cert_pem": ca.pem}).encode()
    assert run(query, env={"PYTHONPATH": str(tmp_path)}) == Ran(INTERRUPTED, b"", b"")
