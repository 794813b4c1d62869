"""Copilot in JetBrains' IDEs, Vim, Eclipse and others works by GitHub's language server, started by the wrapper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ai_tools.ide.language_server import LanguageServer
from tests.ai_tools.packages import NpmPackage, node
from tests.ai_tools.provider.answers import TEXT
from tests.ai_tools.provider.copilot import API, MODELS
from tests.ai_tools.provider.github import COMPLETIONS
from tests.ai_tools.stage import PATH
from tests.harness.cells import HOSTS
from tests.harness.deployment import TOKEN
from tests.harness.gateway import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ai_tools.stage import Stage
    from tests.harness.cells import Host, Listener

    Start = Callable[[Host, Listener], LanguageServer]

pytestmark = pytest.mark.tools

PACKAGE = NpmPackage("@github/copilot-language-server", Path(__file__).parent / "copilot")
NODE = node(24)
EDITOR = {"editorInfo": {"name": "tests", "version": "1"}, "editorPluginInfo": {"name": "tests", "version": "1"}}


@pytest.fixture
def start(stage: Stage, tmp_path: Path, request: pytest.FixtureRequest) -> Start:
    """Start the server by the wrapper, with a proxy that intercepts the hosts of Copilot or tunnels to them."""
    if not (PACKAGE.is_installed and NODE.is_installed):
        pytest.skip(f"not installed: {PACKAGE.name} or {NODE.name}; run `make tools`")

    def make(host: Host, listener: Listener) -> LanguageServer:
        stage.proxies[listener].providers = dict(PROVIDERS) if host == "intercepted" else {}
        stage.provider.visits.clear()
        stage.recorder.attempts()
        script = PACKAGE.folder / "node_modules" / PACKAGE.name / "dist/language-server.js"
        command = [str(stage.wrappers[listener]), "node", str(script), "--stdio"]
        server = LanguageServer(command, {"PATH": PATH, "HOME": str(tmp_path)}, tmp_path)
        request.addfinalizer(server.close)
        folders = [{"uri": tmp_path.as_uri(), "name": "home"}]
        capabilities = {"workspace": {"workspaceFolders": True}, "window": {"showDocument": {"support": True}}}
        server.request(
            "initialize",
            {
                "processId": None,
                "workspaceFolders": folders,
                "capabilities": capabilities,
                "initializationOptions": EDITOR,
            },
        )
        server.notify("initialized", {})
        server.notify("workspace/didChangeConfiguration", {"settings": {}})
        return server

    return make


@pytest.mark.parametrize("host", HOSTS)
def test_copilot_signs_in_completes_and_chats_through_the_proxy(
    host: Host, start: Start, stage: Stage, tmp_path: Path
) -> None:
    server = start(host, "HTTP")
    command = server.request("signIn", {})["command"]
    assert server.request("workspace/executeCommand", command)["status"] == "OK"
    assert {model["id"] for model in server.request("copilot/models", {})} >= set(MODELS)
    assert complete(server, tmp_path / "hello.py") == TEXT
    assert chat(server) == TEXT
    intercepted = {visit.host: visit.intercepted for visit in stage.provider.visits}
    # Inline completions have a host of their own, for which the gateway has no provider.
    assert (intercepted[API], intercepted[COMPLETIONS]) == (host == "intercepted", False)
    assert stage.recorder.attempts() == []
    assert [str(file) for file in tmp_path.rglob("*") if file.is_file() and TOKEN.encode() in file.read_bytes()] == []


def test_copilots_language_server_cannot_use_a_proxy_that_listens_over_tls(start: Start, stage: Stage) -> None:
    with pytest.raises(AssertionError, match="tunneling socket could not be established"):
        start("intercepted", "TLS").request("signIn", {})
    assert stage.recorder.attempts() == []


def complete(server: LanguageServer, file: Path) -> str:
    document = {"uri": file.as_uri(), "version": 0}
    text = "def hello():\n    "
    server.notify("textDocument/didOpen", {"textDocument": {**document, "languageId": "python", "text": text}})
    place = {"textDocument": document, "position": {"line": 1, "character": 4}, "context": {"triggerKind": 1}}
    (item,) = server.request("textDocument/inlineCompletion", place)["items"]
    return str(item["insertText"]).strip()


def chat(server: LanguageServer) -> str:
    turn = {"workDoneToken": "chat", "turns": [{"request": "hello"}], "capabilities": {}, "source": "panel"}
    server.request("conversation/create", {**turn, "model": MODELS[-1]})
    reports = [said["params"]["value"] for said in server.notifications if said["method"] == "$/progress"]
    return "".join(turn["reply"] for report in reports for turn in report.get("editAgentRounds", []))
