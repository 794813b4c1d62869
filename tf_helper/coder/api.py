"""The Coder deployment's API over HTTP."""

import ssl
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from time import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tf_helper import __version__
from tf_helper.coder.connection import Connection, Reply
from tf_helper.coder.redaction import contains_token
from tf_helper.coder.session_token import is_valid_in_header
from tf_helper.errors import Invalid, Problem
from tf_helper.tls.reasons import explain
from tf_helper.values.certificate import (
    MAX_CA_CERT_BYTES,
    Certificate,
    is_expired,
    is_not_valid_yet,
    parse_served_ca_cert,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

    from tf_helper.coder.models import ApiError, BuildInfo, User
    from tf_helper.values.access_url import AccessUrl

    Model = TypeVar("Model", bound=BaseModel)

# Older servers have only the second path.
CA_CERT_PATHS = ("/api/v2/ai-gateway/proxy/ca-cert.pem", "/api/v2/aibridge/proxy/ca-cert.pem")

# More than any answer that is asked for here.
_MAX_BODY_BYTES = MAX_CA_CERT_BYTES

CHECK_NETWORK = "check its name, its port, and the network between this machine and the deployment"
_ADD_CA = "add its CA's certificate to extra_ca_certs_pem or to this machine's trust store"
_NOT_CODER = "check access_url; if a login page is in front of the deployment, let /api/v2 through"
_RENEW = (
    "restart the workspace to get a new token; in a terminal, set CODER_SESSION_TOKEN to one from `coder tokens create`"
)


class DeploymentError(Exception):
    """The deployment did not answer as expected; no text in `problem` contains a secret.

    `status` is that of a refusal, and `said` the deployment's own message, which may contain anything.
    """

    def __init__(self, message: str, hint: str = "", *, status: int = 0, said: str = "") -> None:
        self.problem = Problem(message, hint)
        self.status = status
        self.said = said
        super().__init__(str(self.problem))


class TransientError(DeploymentError):
    """An error that may go away when the request is repeated."""


class ServedCaCert(NamedTuple):
    """The certificates at the CA endpoint, the proxy's own first, and the path that answered."""

    path: str
    certificates: tuple[Certificate, ...]


class CoderApi:
    """A client of the deployment. Every method raises DeploymentError.

    The system's store and `extra_ca_certs` are trusted. Proxies, netrc files and certificate stores that the
    environment names are ignored, and redirects are not followed, so that the token reaches the deployment only.
    """

    def __init__(
        self,
        access_url: "AccessUrl",
        token: str,
        extra_ca_certs: "Sequence[Certificate]" = (),
        *,
        operation_seconds: float,
    ) -> None:
        """Connect to nothing yet; raise DeploymentError for a token that no header can carry; "" is none."""
        if not is_valid_in_header(token):
            raise DeploymentError(
                "the session token contains characters that no Coder token has", "check the variable it is in"
            )
        self.access_url = access_url
        self._token = token
        headers = {"User-Agent": f"tf-helper/{__version__}"}
        if token:
            headers["Coder-Session-Token"] = token
        self._connection = Connection(access_url, headers, extra_ca_certs, operation_seconds)

    @property
    def reads_store(self) -> bool:
        """Whether it is busy with the system's store, and not with the deployment."""
        return self._connection.reads_store

    def build_info(self) -> "BuildInfo":
        """Return what the deployment says of itself; needs no token."""
        from tf_helper.coder.models import BuildInfo

        return self._get_model(BuildInfo, "/api/v2/buildinfo")

    def user(self) -> "User":
        """Return the user whom the token belongs to."""
        from tf_helper.coder.models import User

        return self._get_model(User, "/api/v2/users/me")

    def ca_cert(self) -> ServedCaCert:
        """Return AI Bridge Proxy's CA certificate."""
        for path in CA_CERT_PATHS:
            reply = self._get(path)
            if reply.status != HTTPStatus.NOT_FOUND:
                break
        if reply.status != HTTPStatus.OK:
            raise self._refusal(reply)
        return ServedCaCert(path, self._parse_ca_cert(reply.body))

    def _get(self, path: str) -> Reply:
        try:
            return self._connection.get(path, _MAX_BODY_BYTES)
        except (OSError, HTTPException) as error:
            raise self._transport_error(error) from None

    def _refusal(self, reply: Reply) -> DeploymentError:
        origin, status = self.access_url.origin, reply.status
        if status == HTTPStatus.UNAUTHORIZED:
            why, hint = _why_unauthorized(reply.body)
            return DeploymentError(f"{origin} refused the session token (401){why}", hint, status=status)
        if status == HTTPStatus.FORBIDDEN:
            return DeploymentError(
                f"{origin} denied access (403)",
                "check the deployment's license for AI Gateway",
                status=status,
                said=_said(reply.body).message,
            )
        if status == HTTPStatus.NOT_FOUND:
            return DeploymentError(
                f"{origin} has no AI Bridge Proxy (404)",
                "set CODER_AI_GATEWAY_PROXY_ENABLED=true (older: CODER_AIBRIDGE_PROXY_ENABLED) on the deployment, or "
                "upgrade Coder",
            )
        if _is_redirect(status):
            return DeploymentError(
                f"{origin} redirects elsewhere ({status}); a login page may be in front of it",
                "let /api/v2 through, or correct the deployment's access URL",
            )
        kind = TransientError if _is_busy(status) else DeploymentError
        return kind(f"{origin} answered with status {status}", "check the deployment's log", status=status)

    def _transport_error(self, error: OSError | HTTPException) -> DeploymentError:
        origin = self.access_url.origin
        if isinstance(error, ssl.SSLCertVerificationError):
            why = explain(error, if_unknown_issuer=_ADD_CA)
            return DeploymentError(f"the TLS certificate of {origin} is not trusted: {why.message}", why.hint)
        if isinstance(error, TimeoutError):
            return TransientError(f"{origin} did not answer in time", CHECK_NETWORK)
        if isinstance(error, RemoteDisconnected):
            reason = "it closed the connection without an answer"
        elif isinstance(error, IncompleteRead):
            reason = "its answer broke off"
        elif isinstance(error, HTTPException):
            reason = "not an HTTP answer"
        elif isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            reason = "it closed the connection in the TLS handshake"
        elif isinstance(error, ssl.SSLError):
            return DeploymentError(f"TLS with {origin} failed", "check whether the access URL should be http")
        else:
            reason = (error.strerror or type(error).__name__).lower()
        return TransientError(f"{origin} cannot be reached ({reason})", CHECK_NETWORK)

    def _get_model(self, model: "type[Model]", path: str) -> "Model":
        reply = self._get(path)
        refuses_token = self._token and reply.status == HTTPStatus.UNAUTHORIZED
        if refuses_token or _is_redirect(reply.status) or _is_busy(reply.status):
            raise self._refusal(reply)
        if reply.status != HTTPStatus.OK:
            said = _said(reply.body).message
            hint = "check the deployment's log" if said else _NOT_CODER
            raise DeploymentError(f"{self.access_url} answers with status {reply.status}", hint, said=said)
        try:
            return model.model_validate_json(reply.body)
        except ValueError:  # pydantic's ValidationError among others
            raise DeploymentError(f"{self.access_url} does not answer as Coder does", _NOT_CODER) from None

    def _parse_ca_cert(self, body: bytes) -> tuple[Certificate, ...]:
        origin = self.access_url.origin
        if len(body) > MAX_CA_CERT_BYTES:
            raise DeploymentError(
                f"the answer of {origin} is over {MAX_CA_CERT_BYTES} bytes long, too much for a CA certificate",
                "check which server responds at that address",
            )
        try:
            certificates = parse_served_ca_cert(body.decode(errors="replace"))
        except Invalid as invalid:
            messages = "; ".join(problem.message for problem in invalid.problems)
            raise DeploymentError(
                f"the answer of {origin} is not a CA certificate: it {messages}",
                "check which server responds at that address; a login page may be in front of the deployment",
            ) from None
        if any(is_expired(certificate, time()) for certificate in certificates):
            raise DeploymentError(f"the CA certificate of {origin} has expired", "give AI Bridge Proxy a new one")
        if any(is_not_valid_yet(certificate, time()) for certificate in certificates):
            raise DeploymentError(
                f"the CA certificate of {origin} is not valid yet",
                "compare this machine's clock (date -u) with the certificate's dates",
            )
        if any(_contains_token(certificate, self._token) for certificate in certificates):
            raise DeploymentError(
                f"the CA certificate of {origin} contains the session token",
                "find out who issued this certificate, and revoke the token",
            )
        return certificates


def _is_redirect(status: int) -> bool:
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST


def _is_busy(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _said(body: bytes) -> "ApiError":
    from tf_helper.coder.models import ApiError

    try:
        return ApiError.model_validate_json(body)
    except ValueError:
        return ApiError(message="")


def _why_unauthorized(body: bytes) -> tuple[str, str]:
    """Return what Coder says of a token that it refuses, as far as it is known, and what to do."""
    said = _said(body)
    if "not active" in said.message.lower():
        return ": its user is not active", "ask an administrator to activate the account; a new token does not help"
    return ": it has expired" if "expired" in said.detail.lower() else "", _RENEW


def _contains_token(certificate: Certificate, token: str) -> bool:
    der = ssl.PEM_cert_to_DER_cert(certificate.pem).decode("latin-1")
    names = (certificate.ca.subject, certificate.ca.issuer) if certificate.ca else ()
    # Some string types in certificates use two or four bytes for a character.
    texts = (der, der.replace("\0", ""), certificate.pem.replace("\n", ""), *names)
    return any(contains_token(text, token) for text in texts)
