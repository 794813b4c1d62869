"""A person at a terminal, who waits for what a program shows and then types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pyte

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    # What to wait for, and what to type then. The text is compared without blanks: programs move the cursor instead.
    Steps = Iterable[tuple[str, str]]

ROWS, COLUMNS = 40, 120

# What programs ask a terminal before they show anything, and an answer to each.
QUERIES = {
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?62;c",
    b"\x1b]10;?": b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b[?u": b"\x1b[?0u",
}
CONTROLS = re.compile(r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|.)|\s", re.DOTALL)


def converse(
    command: Sequence[str], environment: Mapping[str, str], home: Path, steps: Steps, seconds: float
) -> tuple[list[str], str]:
    """Run a program on a terminal until the last step is done; return the steps left, and what it showed."""
    terminal, its_end = pty.openpty()
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    left, shown, seen = list(steps), b"", 0
    screen = pyte.Screen(COLUMNS, ROWS)
    emulator = pyte.ByteStream(screen)
    deadline = time.monotonic() + seconds
    with subprocess.Popen(
        command, env=environment, cwd=home, stdin=its_end, stdout=its_end, stderr=its_end, start_new_session=True
    ) as process:
        os.close(its_end)
        while left and time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    read = os.read(terminal, 65536)
                except OSError:  # it has ended
                    break
                shown += read
                with suppress(TypeError):  # a control that pyte does not know
                    emulator.feed(read)
                for query, answer in QUERIES.items():
                    if query in read:
                        os.write(terminal, answer)
            text = as_text(shown)
            wanted = as_text(left[0][0].encode())
            # An answer that arrives in parts is complete on the screen only.
            if wanted in text[seen:] or (len(left) == 1 and wanted in re.sub(r"\s", "", "".join(screen.display))):
                seen = len(text)
                # Some programs drop what is typed while they draw.
                time.sleep(1)
                os.write(terminal, left.pop(0)[1].encode())
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    os.close(terminal)
    return [text for text, _ in left], as_text(shown)


def as_text(shown: bytes) -> str:
    """Return what is shown without its controls and blanks."""
    return CONTROLS.sub("", shown.decode(errors="replace"))
