"""`make bench`: what tf-helper and the startup script cost, next to the cheapest programs that do anything like it.

pyperf and hyperfine measure one command after the other. Here all commands of a table run in turn, round after round:
whatever else the machine does slows all of them alike, so ratios hold on a busy machine, too.
"""

from __future__ import annotations

import json
import logging
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import trustme

from tests.harness.certificates import make_certificate
from tests.harness.deployment import CA_CERT_PATH, TOKEN, TOKEN_HEADER, Deployment
from tests.harness.proxy import Proxy
from tests.harness.startup import apply
from tests.harness.terraform import Terraform, copy_module

if TYPE_CHECKING:
    from collections.abc import Mapping

QUERY = {
    "proxy_url": "https://aiproxy.example.com",
    "cert_path": "/home/coder/.certs/ca-cert.pem",
    "access_url": "https://coder.example.com",
    "no_proxy": "registry.example.com,10.0.0.0/8",
}


class Command(NamedTuple):
    """One row of a table: a program, what it reads, and what its output has to contain."""

    name: str
    argv: tuple[str, ...]
    says: str = ""
    stdin: str = ""
    environment: Mapping[str, str] = MappingProxyType({})

    def run(self, *launcher: str) -> tuple[float, float]:
        """Run it; return its seconds, and those of the processor. Raises RuntimeError unless it says what it has to."""
        environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", **self.environment}
        before, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [*launcher, *self.argv], input=self.stdin, env=environment, capture_output=True, text=True, check=False
        )
        seconds, now = time.perf_counter() - before, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode or self.says not in done.stdout:
            raise RuntimeError(f"{self.name}: status {done.returncode}\n{done.stdout[-500:]}{done.stderr[-500:]}")
        return seconds, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime

    def instructions(self) -> str:
        """Return how many instructions it and what it starts execute, in millions. Needs valgrind."""
        with tempfile.TemporaryDirectory() as logs:
            options = ("--trace-children=yes", "--callgrind-out-file=/dev/null", f"--log-file={logs}/%p")
            self.run("valgrind", "--tool=callgrind", *options)
            found = re.findall(r"Collected : (\d+)", "\n".join(file.read_text() for file in Path(logs).iterdir()))
        return f"{sum(map(int, found)) / 1e6:.0f} M"


def table(title: str, commands: list[Command], rounds: int, *, count: bool = False) -> str:
    """Measure the commands; the ratios are medians of those of each round to its first command."""
    for command in commands:
        command.run()  # fills caches
    measured = [[command.run() for command in commands] for _ in range(rounds)]
    lines = [f"| {title} | time | CPU | ratio of CPU | {'instructions |' if count else ''}"]
    lines.append("| --- |" + " ---: |" * (4 if count else 3))
    for place, command in enumerate(commands):
        seconds, cpu = (median(row[place][which] for row in measured) for which in (0, 1))
        ratio = median(row[place][1] / row[0][1] for row in measured)
        cells = f"| {command.name} | {seconds * 1000:.0f} ms | {cpu * 1000:.0f} ms | {ratio:.2f} |"
        lines.append(f"{cells} {command.instructions()} |" if count else cells)
    return "\n".join(line.rstrip() for line in lines)


def programs(program: Path, deployment: Deployment, authority: trustme.CA) -> list[Command]:
    """Return one start of the program, as for Terraform's data source, and other programs."""
    python, asked = str(program.with_name("python")), json.dumps(QUERY)
    root = authority.cert_pem.bytes().decode()
    fetching = QUERY | {"access_url": deployment.url, "fetch_ca_cert": "true", "extra_ca_certs_pem": root}
    token = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}
    return [
        Command("`python -c 'import json, sys'`", (python, "-c", "import json, sys")),
        Command("`tf-helper`", (str(program),), '"proxy_host"', asked),
        Command("`tf-helper`, `fetch_ca_cert` over TLS", (str(program),), "BEGIN CERT", json.dumps(fetching), token),
    ]


def startup(scratch: Path, deployment: Deployment, proxy: Proxy) -> list[Command]:
    """Return the startup script in a workspace that has started before, and a curl that saves without a check."""
    variables = {"agent_id": "agent", "cert_path": f"{scratch}/ca.pem", "proxy_url": f"http://127.0.0.1:{proxy.port}"}
    script = apply(scratch / "module", deployment, variables, "stand-in").script
    curl = ("curl", "-sSf", "-H", f"{TOKEN_HEADER}: {TOKEN}", "-o", f"{scratch}/curl.pem")
    argvs = {shell: (*shell.split(), "-c", script) for shell in ("dash", "bash", "busybox sh")}
    starts = [Command(f"startup script, {shell}", argv, "saved to") for shell, argv in argvs.items()]
    return [Command("`curl -o`", (*curl, f"{deployment.url}{CA_CERT_PATH}")), *starts]


def plans(scratch: Path, program: Path, terraform: Terraform) -> list[Command]:
    """Return plans of the basic example, with a program that only prints the answer and with tf-helper."""
    commands: list[Command] = []
    for name, body in {"`tf-helper`": f"{program} | tee answer", "`cat` of its answer": "cat answer"}.items():
        stand_in = scratch / str(len(commands)) / "tf-helper"
        stand_in.parent.mkdir()
        stand_in.write_text(f"#!/bin/sh\n{body}\n")
        stand_in.chmod(0o755)
        environment = {**terraform.environment, "PATH": f"{stand_in.parent}:{os.environ['PATH']}"}
        plan = ("terraform", f"-chdir={terraform.directory}", "plan", "-input=false")
        commands.append(Command(f"with {name}", plan, "2 to add", environment=environment))
    commands[0].run()  # writes the answer
    return commands[::-1]


def main(program: Path, rounds: int) -> None:
    """Measure, and print the tables of docs/performance.md."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    ca, authority = make_certificate("AI Bridge Proxy"), trustme.CA()
    with (
        tempfile.TemporaryDirectory(prefix="tf-helper-bench-") as name,
        Deployment(token=TOKEN, ca_cert_pem=ca.pem) as plain,
        Deployment(token=TOKEN, ca_cert_pem=ca.pem, authority=authority) as with_tls,
        Proxy(gateway="") as proxy,
        Terraform(copy_module(Path(name, "plan")) / "examples/basic") as terraform,
    ):
        scratch = Path(name)
        terraform.init()
        count = bool(shutil.which("valgrind"))
        tables = [
            table("one start", programs(program, with_tls, authority), rounds, count=count),
            table("the certificate in the workspace", startup(scratch, plain, proxy), rounds),
            table("`terraform plan`", plans(scratch, program, terraform), rounds),
        ]
    sys.stdout.write("\n\n".join([f"Medians of {rounds} rounds, on {os.cpu_count()} cores.", *tables]) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), int(sys.argv[2]))
