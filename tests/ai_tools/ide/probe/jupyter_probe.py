"""An extension of JupyterLab's server that does as the one for VS Code does: see extension.js."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import requests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from jupyter_server.serverapp import ServerApp

SECONDS = 40
ASK = "import httpx; httpx.get({url!r})"


async def _in_thread(get: Callable[[str], object], url: str) -> None:
    await asyncio.to_thread(get, url)


async def _child(url: str) -> None:
    """Ask as an agent does that Jupyter AI starts."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ASK.format(url=url))
    assert await process.wait() == 0


def _clients(app: ServerApp) -> dict[str, Callable[[str], Awaitable[None]]]:
    async def in_kernel(url: str) -> None:
        number = await app.kernel_manager.start_kernel()
        client = app.kernel_manager.get_kernel(number).client()
        client.start_channels()
        await client.wait_for_ready()
        answer = await client.execute_interactive(ASK.format(url=url))
        assert answer["content"]["status"] == "ok", answer["content"]

    async def in_terminal(url: str) -> None:
        manager = app.web_app.settings["terminal_manager"]
        terminal = manager.get_terminal(manager.create()["name"])
        terminal.ptyproc.write(f'{sys.executable} -c "{ASK.format(url=url)}"; exit\n')
        await asyncio.to_thread(terminal.ptyproc.wait)

    return {
        "httpx": lambda url: _in_thread(httpx.get, url),
        "requests": lambda url: _in_thread(requests.get, url),
        "child": _child,
        "kernel": in_kernel,
        "pty": in_terminal,
    }


async def _probe(app: ServerApp) -> None:
    outcomes = {}
    for name, ask in _clients(app).items():
        url = f"https://{name}.{os.environ['PROBE_DOMAIN']}/v1/models/{name}"
        try:
            await asyncio.wait_for(ask(url), SECONDS)
            outcomes[name] = "ended"
        except Exception as error:  # noqa: BLE001 - the test says what is wrong
            outcomes[name] = repr(error)
    result = Path(os.environ["PROBE_RESULT"])
    result.with_suffix(".new").write_text(json.dumps(outcomes))
    result.with_suffix(".new").rename(result)


def _load_jupyter_server_extension(app: ServerApp) -> None:
    app.io_loop.add_callback(_probe, app)
