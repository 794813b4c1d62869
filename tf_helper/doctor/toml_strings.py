"""The tables, strings and booleans of a TOML file, also where Python has no parser for it (before 3.11)."""

import re
import sys
from contextlib import suppress
from typing import Any

_KEY = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_TABLE = re.compile(rf"[ \t]*\[[ \t]*({_KEYS})[ \t]*\]")
_PAIR = re.compile(rf"[ \t,]*({_KEYS})[ \t]*=[ \t]*")
_STRING = re.compile(r""""((?:\\.|[^"\\\n])*)"|'([^'\n]*)'""")
_SEVERAL_LINES = re.compile(r'"{3}.*?"{3}|\'{3}.*?\'{3}', re.DOTALL)
_OTHER_VALUE = re.compile(r"(?:\[[^\]\n]*\]|[^,}\n])*")
_BOOLEANS = {"true": True, "false": False}
_ESCAPE = re.compile(r'\\(["\\])')


def toml_strings(text: str) -> dict[str, Any]:
    """Return tables with strings and booleans in them; of a file that is not TOML, or too long, what can be read."""
    text = text.removeprefix("\ufeff")
    if sys.version_info >= (3, 11):  # pragma: no branch
        import tomllib

        with suppress(ValueError, RecursionError):
            return tomllib.loads(text)
    with suppress(RecursionError):
        return read_strings(text)
    return {}


def read_strings(text: str) -> dict[str, Any]:
    """Return tables and inline tables with the booleans and the strings of one line in them, and nothing else."""
    found: dict[str, Any] = {}
    table = found
    for line in _SEVERAL_LINES.sub("", text).splitlines():
        header = _TABLE.match(line)
        if header:
            table = _descend(found, _parts(header[1]))
        elif line.lstrip().startswith("[["):
            table = {}
        else:
            _read_pair(line, 0, table)
    return found


def _read_pair(line: str, start: int, table: dict[str, Any]) -> int:
    """Add the pair that begins here to a table; return where it ends, or `start` if there is none."""
    pair = _PAIR.match(line, start)
    if not pair:
        return start
    *parents, name = _parts(pair[1])
    table, position = _descend(table, parents), pair.end()
    string = _STRING.match(line, position)
    if string:
        table[name] = string[2] if string[1] is None else _ESCAPE.sub(r"\1", string[1])
        return string.end()
    if not line.startswith("{", position):
        other = _OTHER_VALUE.match(line, position)
        boolean = _BOOLEANS.get(other[0].split("#")[0].strip()) if other else None
        if boolean is not None:
            table[name] = boolean
        return other.end() if other else position
    inner, end = _descend(table, [name]), position + 1
    while True:
        position, end = end, _read_pair(line, end, inner)
        if end == position:
            return line.find("}", end) + 1 or len(line)


def _descend(table: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    for key in keys:
        inner = table.setdefault(key, {})
        # A value under the name of a table: no TOML.
        table = inner if isinstance(inner, dict) else {}
    return table


def _parts(keys: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_KEY, keys)]
