"""The installed program, as Terraform and people start it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

QUERY = {
    "agent_id": "3F2B8C1E-1111-4222-8333-444455556666",
    "proxy_url": " HTTPS://AIProxy.Example.com:443/ ",
    "cert_path": "/home/coder//.certs/ca.pem",
}


@pytest.fixture
def program(pytestconfig: pytest.Config) -> Path:
    path: Path = pytestconfig.getoption("--tf-helper")
    return path.absolute()


@pytest.fixture
def python(program: Path) -> Path:
    """Python of the environment that the program is installed in, also where a link leads there."""
    return program.resolve().with_name("python")


def run(
    *command: str | Path, data: str = "", env: dict[str, str] | None = None, cwd: str | Path = "/"
) -> subprocess.CompletedProcess[str]:
    # Away from the checkout, which Python would import from.
    return subprocess.run(
        command, input=data, capture_output=True, text=True, timeout=30, check=False, env=env, cwd=cwd
    )


@pytest.mark.parametrize("as_module", [False, True])
def test_answers(program: Path, python: Path, *, as_module: bool) -> None:
    command = [python, "-m", "tf_helper"] if as_module else [program]
    done = run(*command, data=json.dumps(QUERY))
    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (answer["proxy_url"], answer["proxy_port"]) == ("https://aiproxy.example.com", "443")
    assert answer["cert_path"] == "/home/coder/.certs/ca.pem"
    assert answer["agent_id"] == "3f2b8c1e-1111-4222-8333-444455556666"


# What Python itself imports to find a module's name, before any line of that module runs.
IMPORTED_BY_PYTHON = {"collections", "contextlib", "functools", "importlib", "keyword", "operator", "reprlib", "runpy"}
IMPORTED_BY_PYTHON |= {"tf_helper", "types", "warnings"}


@pytest.mark.parametrize("way", ["tf-helper", "python -m tf_helper", "python -I -m tf_helper"])
def test_nothing_is_imported_from_the_directory_that_terraform_runs_in(
    way: str, program: Path, python: Path, tmp_path: Path
) -> None:
    names = sys.stdlib_module_names | {"httpcore", "idna", "pydantic", "sitecustomize", "tf_helper"}
    for name in names - (IMPORTED_BY_PYTHON if way == "python -m tf_helper" else set()):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hijacked')\n")
    command = [program] if way == "tf-helper" else [python, *way.split()[1:]]
    query = {"proxy_url": "http://b\u00fccher.example", "no_proxy": "10.0.0.0/8"}
    done = run(*command, data=json.dumps(query), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("variable", ["FORCE_COLOR=1", "PYTHONUTF8=0", "LC_ALL=C", "PYTHONWARNINGS=always"])
def test_the_environment_changes_nothing(program: Path, variable: str) -> None:
    name, _, value = variable.partition("=")
    done = run(program, data='{"proxy_url": "\u00e4", "cert_path": "\u00e4"}', env={name: value})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.isascii()
    assert "\x1b" not in done.stderr
    assert done.stderr.startswith("tf-helper: error: 2 problems in the query\n")


@pytest.mark.parametrize(
    ("redirection", "message"),
    [(">&-", "cannot write to standard output: it is closed"), ("<&-", "standard input: is closed")],
)
def test_closed_streams_are_errors(program: Path, redirection: str, message: str) -> None:
    done = run("sh", "-c", f'"$1" {redirection}', "sh", program, data=json.dumps(QUERY))
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_help_has_no_color(program: Path) -> None:
    assert "\x1b" not in run(program, "--help", env={"FORCE_COLOR": "1"}).stdout


def test_the_example_in_the_help_works_as_printed(program: Path) -> None:
    command = re.search(r"^  (echo .*\| tf-helper)$", run(program, "--help").stdout, re.MULTILINE)
    assert command
    done = run("sh", "-c", command[1].replace("| tf-helper", f"| {program}"))
    assert json.loads(done.stdout)["proxy_url"] == "https://aiproxy.example.com"


# What takes long to import, and no query needs that neither brings certificates nor has international names in it.
NOT_IMPORTED = {
    *(
        "argparse",
        "ast",
        "asyncio",
        "cryptography",
        "dataclasses",
        "difflib",
        "email",
        "inspect",
        "http",
        "httpcore",
        "httpx",
        "idna",
        "ipaddress",
    ),
    *("importlib.metadata", "logging", "pydantic", "pydantic_core", "rich", "signal", "socket", "ssl", "subprocess"),
    *("threading", "traceback", "unicodedata", "urllib"),
}


def test_a_plan_imports_nothing_that_its_query_does_not_need(python: Path) -> None:
    code = (
        "import io, sys; before = set(sys.modules); from tf_helper.cli import main; "
        "sys.stdin = io.TextIOWrapper(io.BytesIO(sys.argv[1].encode())); main([]); "
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    query = QUERY | {"access_url": "https://coder.example.com/", "no_proxy": ".example.com"}
    done = run(python, "-I", "-c", code, json.dumps(query))
    imported = set(done.stderr.split())
    assert json.loads(done.stdout)
    assert "tf_helper.result" in imported
    ours = {name.split(".")[1] for name in imported if name.startswith("tf_helper.")}
    assert ours == {"cli", "client_env", "errors", "protocol", "query", "result", "streams", "values"}
    assert not imported & NOT_IMPORTED
