"""A Coder deployment on loopback: its version, the token's user, the certificate of its AI Gateway Proxy.

with Deployment(token="...", ca_cert_pem="...") as deployment:
    print(deployment.url)
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from tests.harness.certificates import Certified, server_context
from tests.harness.closing import Closing
from tests.harness.server import LoopbackServer, tls_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import trustme

CA_CERT_PATH = "/api/v2/ai-gateway/proxy/ca-cert.pem"
# The only one on servers from before the proxy was renamed; newer ones have both.
OLD_CA_CERT_PATH = "/api/v2/aibridge/proxy/ca-cert.pem"

BUILD_INFO_PATH = "/api/v2/buildinfo"
USER_PATH = "/api/v2/users/me"

_NO_TOKEN = 'Cookie "coder_session_token" or query parameter must be provided.'

# The workspace owner's session token, in Coder's form.
TOKEN = "0123456789-abcdefghijklmnopqrstuv"
TOKEN_HEADER = "Coder-Session-Token"


@dataclass(frozen=True)
class Answer:
    """What is answered once."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What was asked."""

    path: str
    token: str | None


class Deployment(Closing):
    """Serves the CA certificate at both paths to clients with the token, and its version to all.

    `answers` has the answers of each path, one for each request; the last one is repeated.
    `before_answer` is called in each request, while the client waits. With an authority or a
    certificate it speaks TLS.
    """

    def __init__(
        self,
        *,
        token: str,
        ca_cert_pem: str,
        authority: trustme.CA | None = None,
        certificate: Certified | None = None,
    ) -> None:
        self.token = token
        self.asked: list[Asked] = []
        self.before_answer: Callable[[], object] = lambda: None
        self.answers = {
            BUILD_INFO_PATH: [_json(200, {"version": "v2.31.2+0123abc"})],
            USER_PATH: [_json(200, {"username": "alice"})],
        }
        headers = {"Content-Type": "application/x-pem-file", "Content-Disposition": "attachment; filename=ca-cert.pem"}
        self.serve(Answer(body=ca_cert_pem.encode(), headers=headers))
        context = tls_context(authority, "127.0.0.1", "localhost") if authority else None
        context = server_context(certificate) if certificate else context
        # Threads, so that one client who waits does not keep the next one waiting.
        self._server = LoopbackServer(host="127.0.0.1", ssl_context=context, threaded=True)
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._answer)
        self._server.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.stop()

    @property
    def url(self) -> str:
        """The access URL, without a trailing slash."""
        return self._server.url_for("").rstrip("/")

    def serve(self, *answers: Answer) -> None:
        """Give these answers, one after the other, at both paths."""
        self.answers |= {path: list(answers) for path in (CA_CERT_PATH, OLD_CA_CERT_PATH)}

    def suspend_user(self) -> None:
        """Suspend the token's user: a new token would not help."""
        message = 'User is not active (status = "suspended"). Contact an admin to reactivate your account.'
        self.answers |= {path: [error(401, message)] for path in (CA_CERT_PATH, OLD_CA_CERT_PATH, USER_PATH)}

    def _answer(self, request: Request) -> Response:
        token = request.headers.get(TOKEN_HEADER)
        self.asked.append(Asked(request.path, token))
        self.before_answer()
        answers = self.answers.get(request.path)
        if not answers and not request.path.startswith("/api/"):
            # The site, for any path, and for CONNECT as well.
            answer = Answer(body=b"<!doctype html><title>Coder</title>", headers={"Content-Type": "text/html"})
        elif not answers:
            answer = error(404, "Route not found.")
        elif answers[0].status == HTTPStatus.FORBIDDEN or request.path == BUILD_INFO_PATH or token == self.token:
            # Without a license no token is looked at.
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        else:
            answer = signed_out("API key is invalid." if token else _NO_TOKEN)
        return Response(answer.body, answer.status, dict(answer.headers))


def signed_out(detail: str) -> Answer:
    """Return what Coder answers to a token that it does not take."""
    return error(401, "You are signed out or your session has expired. Please sign in again to continue.", detail)


def error(status: int, message: str, detail: str = "") -> Answer:
    """Return an error as Coder words it."""
    return _json(status, {"message": message, "detail": detail})


def _json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
