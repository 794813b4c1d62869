"""The files in which Claude Code, Codex and VS Code keep settings that win over the environment."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeGuard

from tf_helper.doctor.toml_strings import toml_strings
from tf_helper.doctor.tool_settings import CUSTOM_PROVIDER, OF_OPENAI, PresentSetting, ToolSetting, settings_of_file

# Far more than settings take, even those that an IDE has written for years.
_MAX_CHARACTERS = 4 * 1024 * 1024

# A string, or else a comment, or a comma before the end of an object or a list: JSON as VS Code takes it.
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*(?:"|\\?\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:\\.|[^"\\])*(?:"|\\?\Z))|,(?=\s*[}\]])')

# Where Codex sends requests for a provider without a URL of its own.
_BASE_URL_OF_OPENAI = "https://api.openai.com/v1"

_KEY = re.compile("[A-Za-z0-9_. -]{1,80}")

_DOTENV_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#]*))""", re.MULTILINE
)

# Directories of VS Code's servers: the variable that moves one, where it is otherwise, whose settings count there. A
# browser's window ignores the machine's.
_VSCODE_DIRECTORIES = (
    ("XDG_DATA_HOME", ".local/share", "code-server", ("User",)),
    ("", ".vscode-server", "data", ("Machine", "User")),
)


def settings_in_files(environment: Mapping[str, str]) -> Iterator[PresentSetting]:
    """Yield what Claude Code and Codex take from their files before they look at the environment."""
    for text, shown in _texts(environment, "CLAUDE_CONFIG_DIR", ".claude", "settings.json"):
        variables = _json_object(text).get("env")
        if isinstance(variables, dict):
            yield from settings_of_file(_texts_of(variables), shown, "Claude Code")
    dotenv: dict[str, PresentSetting] = {}
    for text, shown in _texts(environment, "CODEX_HOME", ".codex", ".env"):
        variables = {name: "".join(values) for name, *values in _DOTENV_LINE.findall(text)}
        # Codex takes no variables for itself from there.
        own = {name: value for name, value in variables.items() if not name.startswith("CODEX_")}
        yield from settings_of_file(own, shown, "Codex")
        dotenv = {name: _api_key(name, value, shown) for name, value in own.items()}
    for text, shown in _texts(environment, "CODEX_HOME", ".codex", "config.toml"):
        yield from _of_codex(toml_strings(text), shown, dotenv)


def vscode_settings(environment: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the files with the machine's and the user's settings of VS Code's servers, and what is in each."""
    for variable, parent, directory, owners in _VSCODE_DIRECTORIES:
        for whose in owners:
            for text, shown in _texts(environment, variable, parent, f"{directory}/{whose}/settings.json"):
                yield shown, _json_object(text)


def _of_codex(config: Mapping[str, Any], file: str, dotenv: Mapping[str, PresentSetting]) -> Iterator[PresentSetting]:
    """Yield where Codex sends its requests, and the keys that it sends there."""
    profile = _table(config, "profiles", config.get("profile"))
    chosen = profile.get("model_provider") or config.get("model_provider")
    provider, name = _table(config, "model_providers", chosen), f"{CUSTOM_PROVIDER}{_shown(chosen)}"
    # A key is in a variable, or stands in the file; a header or the query may have one, too.
    variables = [provider.get("env_key"), *_table(provider, "env_http_headers").values()]
    keys = {f"{name}.experimental_bearer_token": provider.get("experimental_bearer_token")}
    for table in ("http_headers", "query_params"):
        keys |= {f"{name}.{table}.{_shown(one)}": value for one, value in _table(provider, table).items()}
    own = (*filter(_is_text, variables), *keys)
    has_key = provider.get("env_key") or provider.get("experimental_bearer_token")
    if provider.get("requires_openai_auth") is True and not has_key:
        own += OF_OPENAI
    base_url = provider.get("base_url")
    for url_name, url, sent in (
        ("openai_base_url", config.get("openai_base_url"), OF_OPENAI),
        (f"{name}.base_url", base_url, own),
        (name, _BASE_URL_OF_OPENAI if provider and not base_url else "", own),
    ):
        if _is_text(url):
            yield PresentSetting(url_name, url, ToolSetting(url_name, "Codex", "base URL", sent), file)
    yield from (_api_key(key, value, file) for key, value in keys.items() if _is_text(value))
    yield from (dotenv[name] for name in own if name in dotenv)


def _api_key(name: str, value: str, file: str) -> PresentSetting:
    return PresentSetting(name, value, ToolSetting(name, "Codex", "API key"), file)


def _table(parent: Mapping[str, Any], *names: object) -> Mapping[str, Any]:
    for name in names:
        parent = parent.get(name) if isinstance(name, str) else None  # type: ignore[assignment]
        if not isinstance(parent, dict):
            return {}
    return parent


def _shown(name: object) -> str:
    """Return a name from a file as a report can have it: whole, so that a token in it is known again, or not at all."""
    text = str(name)
    return text if _KEY.fullmatch(text) else '"..."'


def _texts_of(variables: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in variables.items() if value is not None}


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != ""


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
