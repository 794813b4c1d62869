"""Runs inside mitmproxy: leads every connection to the origin and tells the test what happened.

mitmproxy finds the functions here by their names.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from mitmproxy import ctx, http


def running() -> None:
    """Tell the port, once it is open."""
    ((_host, port, *_),) = ctx.master.addons.get("proxyserver").listen_addrs()
    _tell({"port": port})


def http_connect(flow: Any) -> None:  # noqa: ANN401 - mitmproxy's types are not in the tests' environment
    """Tell which host is asked for, and what is answered; mitmproxy has refused already whom it refuses."""
    if not flow.response and flow.request.host in os.environ["BLOCKED"].split(","):
        flow.response = http.Response.make(403)
    _tell({"host": flow.request.host, "status": flow.response.status_code if flow.response else 200})


def server_connect(data: Any) -> None:  # noqa: ANN401
    """Connect to the origin, whatever the host."""
    data.server.address = ("127.0.0.1", int(os.environ["ORIGIN_PORT"]))


def request(flow: Any) -> None:  # noqa: ANN401
    """Mark what could be looked into."""
    flow.request.headers[os.environ["INTERCEPTED_HEADER"]] = "yes"


def _tell(event: dict[str, object]) -> None:
    with Path(os.environ["EVENTS"]).open("a") as events:
        events.write(json.dumps(event) + "\n")
