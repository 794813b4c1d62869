"""What the servers on loopback have in common."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from pytest_httpserver import HTTPServer

if TYPE_CHECKING:
    import trustme


class LoopbackServer(HTTPServer):
    """An HTTP server that stops at once."""

    def thread_target(self) -> None:
        """Serve, and look often whether to stop: by default it takes half a second."""
        assert self.server is not None
        self.server.serve_forever(poll_interval=0.005)


def tls_context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Make what a server needs to speak TLS under these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context
