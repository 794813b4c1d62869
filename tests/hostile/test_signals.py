"""Ctrl-C and SIGTERM end the program at once and silently."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import PROGRAM
from tests.harness.deployment import TOKEN
from tests.harness.program import ENVIRONMENT, SECONDS, Ran, fetching, run
from tests.harness.promises import INTERRUPTED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.certificates import Certified
    from tests.harness.deployment import Deployment

# More than fits into a pipe: once it is written, the program is reading.
MORE_THAN_A_PIPE = b" " * 100 * 1024


@pytest.mark.parametrize("doing", ["reading", "downloading"])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_ends_the_program_silently(
    number: signal.Signals, status: int, doing: str, deployment: Deployment
) -> None:
    pipe = subprocess.PIPE
    env = ENVIRONMENT | {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}

    def interrupt() -> None:
        process.send_signal(number)
        process.wait(SECONDS)

    with subprocess.Popen([PROGRAM], stdin=pipe, stdout=pipe, stderr=pipe, env=env) as process:
        deployment.before_answer = interrupt
        assert process.stdin
        process.stdin.write(MORE_THAN_A_PIPE if doing == "reading" else fetching(deployment.url))
        process.stdin.flush()
        if doing == "reading":
            process.send_signal(number)
        outputs = process.communicate(timeout=SECONDS)
        assert Ran(process.returncode, *outputs) == Ran(status, b"", b"")
    assert len(deployment.asked) == (doing == "downloading")


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
