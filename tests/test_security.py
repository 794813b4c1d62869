"""What SECURITY.md promises of the sources as a whole."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

POLICY = (ROOT / "SECURITY.md").read_text()
PROGRAM = sorted((ROOT / "tf_helper").rglob("*.py"))
MODULE = "\n".join(file.read_text() for file in sorted((ROOT / "terraform").glob("*.tf")))

# What reaches beyond the process, and who may import it: the deployment's client, and what a person starts.
OUTWARD = re.compile(
    r"asyncio|ctypes|ftplib|http(\.\w+)?|httpcore|httpx|multiprocessing|pty|requests|shutil|smtplib|socket|"
    "socketserver|subprocess|"
    "tempfile|urllib.request|webbrowser"
)
STARTING = re.compile("system|popen|fork(pty)?|exec[lv]p?e?|posix_spawnp?|spawn[lv]p?e?|startfile|run")
WRITING = re.compile("write_text|write_bytes|mkdir|makedirs|rename|unlink|rmdir|symlink_to|mkstemp|chmod")
IN_A_TERMINAL = ("commands", "doctor")


def imported(file: Path) -> set[str]:
    """Return the modules that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


def called(file: Path) -> set[str]:
    """Return the functions and methods that a file calls."""
    functions = [node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    names = {function.id for function in functions if isinstance(function, ast.Name)}
    return names | {function.attr for function in functions if isinstance(function, ast.Attribute)}


def test_at_plan_only_the_deployments_client_has_network_access() -> None:
    outward = {file.relative_to(ROOT / "tf_helper"): set(filter(OUTWARD.fullmatch, imported(file))) for file in PROGRAM}
    at_plan = {str(file) for file, found in outward.items() if found and file.parts[0] not in IN_A_TERMINAL}
    assert at_plan == {"coder/api.py", "coder/connection.py"}


def test_only_exec_starts_a_program_and_nothing_writes_a_file() -> None:
    for file in PROGRAM:
        own = {"run"} if file.name in {"__main__.py", "deadline.py"} else set()  # functions of these names of ours
        started = set(filter(STARTING.fullmatch, called(file))) - own
        assert started == ({"execvpe"} if file.name == "exec.py" else set()), file
        assert not set(filter(WRITING.fullmatch, called(file))), file


def test_exactly_the_outputs_that_contain_the_token_are_sensitive() -> None:
    outputs = re.findall(r'^output "(\w+)" \{(.*?)^\}', MODULE, re.MULTILINE | re.DOTALL)
    sensitive = {name for name, block in outputs if "sensitive   = true" in block}
    (row,) = re.findall(r"^\| the outputs (.*) \(sensitive\)", POLICY, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == sensitive
