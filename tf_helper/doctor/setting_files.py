"""The files in which Claude Code, Codex and VS Code keep settings that win over the environment."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tf_helper.doctor.tool_settings import OF_OPENAI, PresentSetting, ToolSetting, settings_of_file

_MAX_CHARACTERS = 64 * 1024

# A string, or else a comment, or a comma before the end of an object or a list: JSON as VS Code takes it.
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*(?:"|\\?\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:\\.|[^"\\])*(?:"|\\?\Z))|,(?=\s*[}\]])')

_DOTENV_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#]*))""", re.MULTILINE
)

# Of TOML what these settings are: tables, and keys with a string. Python has a parser for it only from 3.11 on.
_TOML_LINE = re.compile(
    r"""^[ \t]*(?:\[[ \t]*(?P<table>[\w."-]+)[ \t]*\]|(?P<key>[\w."-]+)[ \t]*=[ \t]*["'](?P<value>[^"'\n]*)["'])""",
    re.MULTILINE,
)

_VSCODE_DIRECTORIES = (".local/share/code-server", ".vscode-server/data")


def settings_in_files(environment: Mapping[str, str]) -> Iterator[PresentSetting]:
    """Yield what Claude Code and Codex take from their files before they look at the environment."""
    for text, shown in _texts(environment, "CLAUDE_CONFIG_DIR", ".claude", "settings.json"):
        variables = _json_object(text).get("env")
        if isinstance(variables, dict):
            yield from settings_of_file({name: str(value) for name, value in variables.items()}, shown, "Claude Code")
    for text, shown in _texts(environment, "CODEX_HOME", ".codex", ".env"):
        variables = {name: "".join(values) for name, *values in _DOTENV_LINE.findall(text)}
        # Codex takes no variables for itself from there.
        own = {name: value for name, value in variables.items() if not name.startswith("CODEX_")}
        yield from settings_of_file(own, shown, "Codex")
    for text, shown in _texts(environment, "CODEX_HOME", ".codex", "config.toml"):
        yield from _codex_base_urls(_toml_strings(text), shown)


def vscode_settings(environment: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the files with the machine's and the user's settings of VS Code's servers, and what is in each."""
    for directory in _VSCODE_DIRECTORIES:
        for whose in ("Machine", "User"):
            for text, shown in _texts(environment, "", f"{directory}/{whose}", "settings.json"):
                yield shown, _json_object(text)


def _codex_base_urls(strings: Mapping[str, str], file: str) -> Iterator[PresentSetting]:
    provider = f"model_providers.{strings.get('model_provider', '')}"
    keys = {"openai_base_url": OF_OPENAI, f"{provider}.base_url": (strings.get(f"{provider}.env_key", ""),)}
    for name, sent in keys.items():
        if strings.get(name):
            yield PresentSetting(name, strings[name], ToolSetting(name, "Codex", "base URL", sent), file)


def _texts(environment: Mapping[str, str], variable: str, directory: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the text of a file in a tool's directory, and how to show its name, if it can be read."""
    own, home = environment.get(variable), environment.get("HOME")
    if not own and not home:
        return
    path = Path(own or f"{home}/{directory}") / name
    shown = f"${variable}/{name}" if own else f"~/{directory}/{name}"
    with suppress(OSError, ValueError):
        # A pipe or a device could be read without end.
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                yield file.read(_MAX_CHARACTERS), shown


def _json_object(text: str) -> dict[str, Any]:
    """Return a JSON object that may have comments and trailing commas; an empty one for anything else."""
    without_comments = _COMMENT.sub(lambda match: match[1] or " ", text)
    try:
        found = json.loads(_TRAILING_COMMA.sub(lambda match: match[1] or "", without_comments.removeprefix("\ufeff")))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _toml_strings(text: str) -> dict[str, str]:
    strings, table = {}, ""
    for line in _TOML_LINE.finditer(text):
        if line["table"]:
            table = f"{line['table']}."
        else:
            strings[f"{table}{line['key']}".replace('"', "")] = line["value"]
    return strings
