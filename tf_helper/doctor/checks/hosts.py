"""Looking at several hosts at once, for one finding."""

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from time import monotonic
from typing import TypeVar

from tf_helper.doctor.finding import Finding, Status
from tf_helper.errors import Problem

T = TypeVar("T")

# In a message for one host, where hosts with the same finding are named.
HOSTS = "{hosts}"

# More than one operation takes, and less than a step may.
SECONDS = 6.5

_BY_SEVERITY: tuple[Status, ...] = ("failed", "warning", "skipped", "ok")


def ask_all(
    hosts: Iterable[str],
    ask: Callable[[str], T],
    *,
    seconds: float = SECONDS,
    is_decisive: Callable[[T], bool] = lambda _: False,
    more_seconds: float = 0,
) -> Mapping[str, T]:
    """Return what `ask` returns for each host, in their order; those that take longer than `seconds` are left out.

    After the first decisive answer the others have `more_seconds` at most. `ask` must not raise anything.
    """
    outcomes: queue.SimpleQueue[tuple[str, T]] = queue.SimpleQueue()
    hosts = tuple(hosts)

    def run(host: str) -> None:
        outcomes.put((host, ask(host)))

    for host in hosts:
        threading.Thread(target=run, args=(host,), daemon=True).start()
    end = monotonic() + seconds
    found: dict[str, T] = {}
    with suppress(queue.Empty):
        while len(found) < len(hosts):
            host, outcome = outcomes.get(timeout=max(end - monotonic(), 0))
            found[host] = outcome
            if is_decisive(outcome):
                end = min(end, monotonic() + more_seconds)
    return {host: found[host] for host in hosts if host in found}


def examine_hosts(
    hosts: Iterable[str], check: Callable[[str], Finding], no_answer: Finding, seconds: float = SECONDS
) -> tuple[Finding, tuple[str, ...]]:
    """Return one finding for all hosts, of those that are worst and what warns beside them, and which are well.

    `check` has HOSTS where a host's name belongs; `no_answer` is the finding for a host that takes too long.
    """
    hosts = tuple(hosts)
    by_host = ask_all(hosts, check, seconds=seconds)
    well = tuple(host for host in hosts if host in by_host and by_host[host].status in {"ok", "warning"})
    hosts_by_finding: dict[Finding, list[str]] = {}
    for host in hosts:
        hosts_by_finding.setdefault(by_host.get(host, no_answer), []).append(host)
    findings = sorted(hosts_by_finding, key=lambda finding: _BY_SEVERITY.index(finding.status))
    worst = findings[0].status
    if worst != "ok":
        findings = [finding for finding in findings if finding.status in {"failed", "warning", worst}]
    messages = (finding.problem.message.replace(HOSTS, ", ".join(hosts_by_finding[finding])) for finding in findings)
    hints = dict.fromkeys(finding.problem.hint for finding in findings if finding.problem.hint)
    return Finding(worst, Problem("\n".join(messages), "\n".join(hints))), well
