"""AI Bridge Proxy on loopback: mitmproxy, which looks into requests to some hosts and tunnels all others untouched.

with Proxy(token=token, origin=origin, intercepted=("api.anthropic.com",)) as proxy:
    print(proxy.port, proxy.asked)

mitmproxy runs as a program in an environment of its own (the dependency group `proxy`): the versions that it pins do
not go with those of the tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.harness.closing import Closing
from tests.harness.origin import INTERCEPTED_HEADER

if TYPE_CHECKING:
    from tests.harness.origin import Origin

ADDON = Path(__file__).with_name("proxy_addon.py")

SECONDS_TO_START = 30


class Asked(NamedTuple):
    """A CONNECT: the host, and the status of the answer."""

    host: str
    status: int


def mitmdump() -> str | None:
    """Return the path of mitmproxy's program, which `make` installs beside this Python, or None."""
    return shutil.which("mitmdump", path=f"{sys.prefix}/proxy/bin{os.pathsep}{os.environ.get('PATH', os.defpath)}")


class Proxy(Closing):
    """Serves CONNECT to the user `coder` with the token, and connects to the origin, whatever the host.

    To `blocked` hosts it opens no tunnel. It makes a CA of its own, unless it is given one: key and certificate as PEM.
    """

    def __init__(
        self,
        *,
        token: str,
        origin: Origin,
        intercepted: tuple[str, ...],
        blocked: tuple[str, ...] = (),
        ca: str | None = None,
    ) -> None:
        program = mitmdump()
        assert program, "mitmdump is not installed: run make"
        self._scratch = Path(tempfile.mkdtemp(prefix="proxy-"))
        options: dict[str, object] = {
            "listen_host": "127.0.0.1",
            "listen_port": 0,
            "proxyauth": f"coder:{token}",
            "connection_strategy": "lazy",
            "ssl_verify_upstream_trusted_ca": self._write("origin-ca.pem", origin.ca_pem),
            "ignore_hosts": [f"^(?!({'|'.join(map(re.escape, intercepted))}):)"],
        }
        if ca:
            self._write("mitmproxy-ca.pem", ca)
            self._write("mitmproxy-ca-cert.pem", ca[ca.index("-----BEGIN CERTIFICATE-----") :])
        # In a file, because a token is nobody's business in the list of processes.
        self._write("config.yaml", json.dumps(options))
        self._events = Path(self._write("events", ""))
        self._log = Path(self._write("log", ""))
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [program, "--set", f"confdir={self._scratch}", "--scripts", str(ADDON)],
                env={
                    "BLOCKED": ",".join(blocked),
                    "EVENTS": str(self._events),
                    "INTERCEPTED_HEADER": INTERCEPTED_HEADER,
                    "ORIGIN_PORT": str(origin.port),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.port = self._wait_for_port()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def asked(self) -> list[Asked]:
        """All that clients have asked for."""
        return [Asked(event["host"], event["status"]) for event in self._told() if "host" in event]

    @property
    def ca_cert_pem(self) -> str:
        """The certificate of the CA that signs for the hosts that are intercepted."""
        return (self._scratch / "mitmproxy-ca-cert.pem").read_text()

    def _write(self, name: str, text: str) -> str:
        file = self._scratch / name
        file.write_text(text)
        return str(file)

    def _told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._events.read_text().splitlines()]

    def _wait_for_port(self) -> int:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            for event in self._told():
                return int(event["port"])
            time.sleep(0.02)
        raise RuntimeError(f"mitmdump did not start:\n{self._log.read_text()}")
