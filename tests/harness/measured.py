"""Runs a program and writes down how it ended, how long it took and how much memory it had at most.

python -I -S measured.py REPORT PROGRAM [ARGUMENT ...]

A process of its own and a small one: what the kernel counts for a child begins with the memory of whoever starts it.
"""

import json
import os
import sys
import time

if __name__ == "__main__":
    report, *command = sys.argv[1:]
    started = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, ending, usage = os.wait4(process, 0)
    with open(report, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib is large
        json.dump(
            {
                "status": os.waitstatus_to_exitcode(ending),
                "seconds": time.monotonic() - started,
                "peak_kib": usage.ru_maxrss,
            },
            file,
        )
