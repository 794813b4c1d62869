"""The parts of the documentation that come from the code. `make docs` writes them there, and a test compares them.

cog (https://cog.readthedocs.io) runs the Python in the comments of a page and puts its output after them.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import hcl2

from tests import PROGRAM, ROOT
from tests.ai_tools.catalog import ALL_TOOLS
from tests.ai_tools.catalog.refusals import REFUSALS
from tests.ai_tools.catalog.tool import Verdict
from tests.ai_tools.catalog.versions import BEFORE, LIBRARIES
from tests.harness.cells import CELLS
from tests.harness.terraform import MODULE
from tests.tools.clients import CLIENTS
from tf_helper.client_env import API_KEY_VARIABLES, CLIENT_VARIABLES
from tf_helper.query import QUERY_KEYS
from tf_helper.result import RESULT_KEYS
from tf_helper.tls.reasons import REASONS
from tf_helper.values.certificate_warnings import certificate_properties

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.ai_tools.catalog.tool import Family, Tool
    from tests.harness.cells import Cell
    from tests.tools.clients import Client


def help_text(*command: str) -> str:
    """Return what `tf-helper --help` prints, or that of a command, as a code block."""
    # argparse fits its lines to the terminal.
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "100"}
    text = subprocess.check_output([PROGRAM, *command, "--help"], env=environment, text=True)
    return f"```text\n{text}```"


def query() -> str:
    """Return the table of the query's keys."""
    return _keys({name: key.description for name, key in QUERY_KEYS.items()})


def result() -> str:
    """Return the table of the result's keys."""
    return _keys(RESULT_KEYS)


def variables() -> str:
    """Return the table of the module's variables."""
    rows = []
    for name, variable in _blocks("variables.tf", "variable"):
        default = f"`{json.dumps(_plain(variable['default']))}`" if "default" in variable else "required"
        rows.append((f"`{name}`", _plain(variable["type"]).strip("${}"), default, _plain(variable["description"])))
    return _table(("name", "type", "default", ""), rows)


def outputs() -> str:
    """Return the table of the module's outputs."""
    return _table(
        ("name", ""),
        (
            (f"`{name}`", ("Sensitive. " if output.get("sensitive") else "") + _plain(output["description"]))
            for name, output in _blocks("outputs.tf", "output")
        ),
    )


def template_tests() -> str:
    """Return the example's tests that do not need the helper, as a code block."""
    tests = (MODULE / "examples/template-tests/template.tftest.hcl").read_text()
    without_helper = tests[tests.index("# A mocked provider") : tests.index('run "a_workspace_that_stops"')]
    return f"```terraform\n{without_helper.rstrip()}\n```"


def tls_reasons() -> str:
    """Return the table of reasons why a certificate is refused."""
    return _table(("why", "what to do"), dict.fromkeys(reason[:2] for reason in REASONS.values()))


def ca_properties() -> str:
    """Return the table of the properties of CA certificates that tools refuse."""
    rows = certificate_properties().values()
    return _table(
        ("a CA certificate that", "is refused by", "what to do"),
        ((row["property"], ", ".join(row["refused_by"]), row["way_out"]) for row in rows),
    )


def client_variables() -> str:
    """Return the table of the environment variables for tools."""
    values = {
        "bypasses the proxy": "see `no_proxy`",
        "turns on": "`1`",
        "adds": "`ca_bundle_path`",
        "replaces": "`ca_bundle_path`",
        "authenticates": "the Coder token, with `coder_token_as_api_key`",
    }
    return _table(
        ("variable", "value", "effect", "read by", ""),
        (
            (f"`{name}`", values[effect], effect, read_by, f"[docs]({documented_at})")
            for name, effect, read_by, documented_at in (*CLIENT_VARIABLES, *API_KEY_VARIABLES)
        ),
    )


class _Row(NamedTuple):
    """A line of a matrix: what begins it, and what it says in each cell."""

    labels: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def clients() -> str:
    """Return the matrix of clients."""

    def verdict(client: Client, cell: Cell) -> Verdict:
        return Verdict("no", client.excluded[cell]) if cell in client.excluded else Verdict("yes")

    rows = [_Row((client.name,), tuple(verdict(client, cell) for cell in CELLS)) for client in CLIENTS]
    return _matrix(("client",), rows)


def ai_tools(family: Family) -> str:
    """Return the matrix of AI tools of a family, with their versions."""
    rows = [_Row((tool.name, tool.packages[0].version), _verdicts(tool)) for tool in ALL_TOOLS if tool.family == family]
    return _matrix(("", "version"), rows)


def javascript_libraries() -> str:
    """Return the matrix of libraries for JavaScript; runtimes on which one does alike share a line."""
    runtimes: dict[_Row, list[str]] = {}
    for tool in ALL_TOOLS:
        if tool.family == "JavaScript":
            version = tool.packages[0].version if len(tool.packages) > 1 else "–"
            runtimes.setdefault(_Row((tool.name, version), _verdicts(tool)), []).append(tool.runtime)
    rows = [_Row((*row.labels, ", ".join(names)), row.verdicts) for row, names in runtimes.items()]
    return _matrix(("", "version", "on"), rows)


def _verdicts(tool: Tool) -> tuple[Verdict, ...]:
    return tuple(tool.verdict(cell) for cell in CELLS)


def lowest_versions() -> str:
    """Return the table of the lowest versions of libraries that use the proxy."""
    return _table(
        ("", "for", "works from", "the version before it"),
        (
            (
                library.name,
                library.language,
                library.works_from if library.last_that_does_not else f"{library.works_from}, the oldest tried",
                BEFORE[library.does] if library.last_that_does_not else "",
            )
            for library in LIBRARIES
        ),
    )


def runtimes() -> str:
    """Return the versions of what runs JavaScript in the tests."""
    versions = {tool.runtime: tool.packages[-1].version for tool in ALL_TOOLS if tool.runtime}
    return f"Tested with {', '.join(f'{name} ({versions[name]})' for name in sorted(versions))}."


def tool_refusals() -> str:
    """Return the table of what a tool says of a refusal."""
    return _table(
        ("", "old token", "no token", "CA not trusted"),
        ((tool.name, *(f"`{text}`" for text in refusal)) for tool, refusal in REFUSALS.items()),
    )


def _matrix(heads: tuple[str, ...], rows: list[_Row]) -> str:
    """Return a table with a column for each cell, and under it what its numbers mean."""
    texts = list(dict.fromkeys(verdict.reason for row in rows for verdict in row.verdicts if verdict.reason))

    def cell(verdict: Verdict) -> str:
        return f"{verdict.word} ({texts.index(verdict.reason) + 1})" if verdict.reason else verdict.word

    table = _table(
        (*heads, *(f"{cell.host}, {cell.listener}" for cell in CELLS)),
        ((*row.labels, *map(cell, row.verdicts)) for row in rows),
    )
    notes = [f"{number}. {text}." for number, text in enumerate(texts, start=1)]
    return "\n".join([table, "", *notes] if notes else [table])


def _keys(descriptions: Mapping[str, str]) -> str:
    return _table(("key", ""), ((f"`{name}`", description) for name, description in descriptions.items()))


def _blocks(file: str, kind: str) -> Iterable[tuple[str, dict[str, Any]]]:
    with (ROOT / "terraform" / file).open() as source:
        for block in hcl2.load(source)[kind]:
            for name, content in block.items():
                yield _plain(name), content


def _plain(value: Any) -> Any:  # noqa: ANN401 - what HCL can hold
    """Return a value without the quotes that hcl2 keeps around strings."""
    if isinstance(value, list):
        return [_plain(element) for element in value]
    return json.loads(value) if isinstance(value, str) and value.startswith('"') else value


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (heads, tuple("---" for _ in heads), *rows)
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)
