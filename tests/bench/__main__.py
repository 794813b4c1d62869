"""`make bench`: what a start of tf-helper costs, and what the startup script does, beside other ways to do it."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

import trustme

from tests.bench.figures import replace_figures
from tests.bench.launchers import launchers
from tests.bench.machine import machine
from tests.bench.plans import plans
from tests.bench.programs import programs
from tests.bench.report import Cases, report
from tests.bench.startup import startup
from tests.harness.certificates import make_certificate
from tests.harness.deployment import TOKEN, Deployment


def main() -> int:
    """Measure and print; return 0 if all ran."""
    given = _options()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
    ca, authority = make_certificate("AI Bridge Proxy"), trustme.CA(organization_name="Deployment Root")
    with (
        tempfile.TemporaryDirectory(prefix="tf-helper-bench-") as name,
        Deployment(token=TOKEN, ca_cert_pem=ca.pem) as http,
        Deployment(token=TOKEN, ca_cert_pem=ca.pem, authority=authority) as https,
        plans(given.program, Path(name), given.providers) as planned,
    ):
        scratch = Path(name)
        cases = Cases(
            programs=programs(given.program, https, authority, ca),
            launchers=launchers(given.program, scratch),
            plans=planned,
            http=list(startup(scratch / "http", http)),
            https=list(startup(scratch / "https", https, authority)),
        )
        tables = report(cases, given.rounds)
    about = f"{machine(given.program.with_name('python'))}. Medians of {given.rounds} rounds."
    text = f"{about}\n\n{tables}"
    if given.write_to:
        replace_figures(given.write_to, text)
    print(text)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--program", type=_program, required=True, help="the installed tf-helper, beside its python")
    parser.add_argument("--rounds", type=int, default=15, help="how often everything is started one after the other")
    parser.add_argument("--providers", choices=("stand-in", "real"), default="stand-in", help="for terraform plan")
    parser.add_argument("--write-to", type=Path, metavar="FILE", help="replace the tables in this file")
    return parser.parse_args()


def _program(path: str) -> Path:
    program = Path(path).absolute()
    if not program.is_file() or not program.with_name("python").exists():
        raise argparse.ArgumentTypeError(f"{path} is not a program with a python beside it")
    return program


if __name__ == "__main__":
    sys.exit(main())
