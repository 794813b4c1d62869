"""An editor that talks to GitHub's language server over stdio, started by the wrapper."""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tests.harness.closing import Closing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import IO

    Message = dict[str, Any]

SECONDS = 60


class LanguageServer(Closing):
    """Sends requests and notifications; what the server asks of its editor is answered with consent."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], home: Path) -> None:
        self.notifications: list[Message] = []
        self._home = home
        self._log = (home / "log").open("wb")
        self._process = subprocess.Popen(
            command, env=environment, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        assert self._process.stdin
        assert self._process.stdout
        self._input = self._process.stdin
        self._ids = itertools.count()
        self._answers: queue.Queue[Message] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        with suppress(BrokenPipeError):
            self._input.close()
        self._log.close()

    def request(self, method: str, parameters: Message) -> Any:  # noqa: ANN401 - what a server answers
        """Return the result of a request."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            try:
                answer = self._answers.get(timeout=SECONDS)
            except queue.Empty:
                raise AssertionError(f"{method} is not answered: {self.said}") from None
            if answer["id"] == number:
                assert "error" not in answer, f"{method}: {answer['error']}\n{self.said}"
                return answer["result"]

    def notify(self, method: str, parameters: Message) -> None:
        """Send a notification."""
        self._send({"method": method, "params": parameters})

    @property
    def said(self) -> str:
        """What the server has said beside its answers."""
        return "\n".join([*map(json.dumps, self.notifications), (self._home / "log").read_text(errors="replace")])

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()

    def _read(self, output: IO[bytes]) -> None:
        # The server may end while something it has asked for is being answered.
        with output, suppress(BrokenPipeError):
            while headers := list(iter(lambda: output.readline().strip(), b"")):
                (length,) = (int(line.split(b":")[1]) for line in headers if line.lower().startswith(b"content-length"))
                message: Message = json.loads(output.read(length))
                if "method" not in message:
                    self._answers.put(message)
                elif "id" in message:
                    self._send({"id": message["id"], "result": {"success": True}})
                else:
                    self.notifications.append(message)
