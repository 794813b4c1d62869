"""Every host of the internet at once: one TLS server on loopback, to which the proxy leads whatever the host.

with Origin(authority, hosts=("api.anthropic.com", "files.example.com"), pages={"/": Page(b"hello")}) as origin:
    print(origin.port, origin.visits)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from tests.harness.closing import Closing
from tests.harness.server import LoopbackServer, tls_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    import trustme

# What the proxy adds to every request that it looks into.
INTERCEPTED_HEADER = "X-Seen-By-The-Proxy"


@dataclass(frozen=True)
class Page:
    """What is at a path."""

    body: bytes
    content_type: str = "text/plain"


@dataclass(frozen=True)
class Visit:
    """A request that has arrived."""

    host: str
    path: str
    intercepted: bool


class Origin(Closing):
    """Serves the same pages under all the names, for which `authority` has certified it."""

    def __init__(self, authority: trustme.CA, *, hosts: tuple[str, ...], pages: Mapping[str, Page]) -> None:
        self.ca_pem = authority.cert_pem.bytes().decode()
        self.visits: list[Visit] = []
        self._pages = pages
        self._server = LoopbackServer(host="127.0.0.1", ssl_context=tls_context(authority, *hosts), threaded=True)
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._answer)
        self._server.start()
        self.port = self._server.port

    def close(self) -> None:
        """End it."""
        self._server.stop()

    def _answer(self, request: Request) -> Response:
        self.visits.append(Visit(request.host, request.path, INTERCEPTED_HEADER in request.headers))
        page = self._pages.get(request.path)
        if page is None:
            return Response("not found\n", 404)
        return Response(page.body, content_type=page.content_type)
