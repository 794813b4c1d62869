"""pytest-httpserver, with what the servers on loopback have in common."""

from __future__ import annotations

from pytest_httpserver import HTTPServer


class LoopbackServer(HTTPServer):
    """An HTTP server that stops at once."""

    def thread_target(self) -> None:
        """Serve, and look often whether to stop: by default it takes half a second."""
        assert self.server is not None
        self.server.serve_forever(poll_interval=0.005)
