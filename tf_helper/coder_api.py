"""The Coder deployment over HTTP."""

import ssl
from collections.abc import Callable, Sequence
from contextlib import closing
from http.cookiejar import CookieJar
from time import sleep, time
from typing import NamedTuple

import httpx

from tf_helper import __version__
from tf_helper.deadline import DeadlinePassedError, within
from tf_helper.problems import Invalid
from tf_helper.session_token import has_odd_characters
from tf_helper.trust import advice_on_distrust, trust
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.certificate import MAX_CA_CERT_BYTES, Certificate, is_expired, parse_ca_cert

# Older servers have the second path only.
CA_CERT_PATHS = ("/api/v2/ai-gateway/proxy/ca-cert.pem", "/api/v2/aibridge/proxy/ca-cert.pem")

# More than any answer that is asked for here.
_MAX_BODY_BYTES = MAX_CA_CERT_BYTES
_DEADLINE_SECONDS = 20
_OPERATION_SECONDS = 5
_WAITS_SECONDS = (0.5, 2)

_CHECK_NETWORK = "Check its name, its port, and the network between this machine and the deployment."


class DeploymentError(Exception):
    """What the deployment did instead of answering, and what to do: sentences that hold no secret."""

    def __init__(self, seen: str, advice: str = "") -> None:
        super().__init__(f"{seen} {advice}".rstrip())
        self.seen = seen
        self.advice = advice


class PassingError(DeploymentError):
    """What another try may mend."""


class Reply(NamedTuple):
    """An answer over HTTP; of the body at most one byte more than 16 KiB is read."""

    status: int
    body: bytes


class ServedCaCert(NamedTuple):
    """The certificates at the CA endpoint, the proxy's own first, and the path that answered."""

    path: str
    certificates: tuple[Certificate, ...]


class CoderApi:
    """A client of the deployment.

    Trusted are the system's store and `extra_ca_certs`. Proxies, netrc files and certificate stores that the
    environment names are ignored, and redirects are not followed, so that the token reaches the deployment only.
    """

    def __init__(
        self,
        access_url: AccessUrl,
        token: str,
        extra_ca_certs: Sequence[Certificate] = (),
        *,
        operation_seconds: float,
    ) -> None:
        """Connect to nothing yet; raise DeploymentError for a token that no header can hold; an empty one is none."""
        if has_odd_characters(token):
            raise DeploymentError(
                "the session token holds characters that no Coder token has.", "Check the variable it is in."
            )
        self.access_url = access_url
        self._client = httpx.Client(
            base_url=str(access_url),
            headers={
                **({"Coder-Session-Token": token} if token else {}),
                "Accept-Encoding": "identity",
                "User-Agent": f"tf-helper/{__version__}",
            },
            verify=trust(extra_ca_certs),
            timeout=operation_seconds,
            # A connection that the deployment is about to close must not fail the next try.
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
            follow_redirects=False,
            cookies=_NoCookies(),
            event_hooks={"response": [_forget_location]},
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def get(self, path: str) -> Reply:
        """Return the answer to GET, whatever its status. Raises DeploymentError where there is none."""
        try:
            with self._client.stream("GET", path) as response:
                body = b""
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > _MAX_BODY_BYTES:
                        break
                return Reply(response.status_code, body[: _MAX_BODY_BYTES + 1])
        except httpx.TransportError as error:
            raise self._transport_failure(error) from None

    def ca_cert(self) -> ServedCaCert:
        """Return AI Bridge Proxy's CA certificate. Raises DeploymentError."""
        for path in CA_CERT_PATHS:
            reply = self.get(path)
            if reply.status != httpx.codes.NOT_FOUND:
                break
        if reply.status != httpx.codes.OK:
            raise self.refusal(reply.status)
        return ServedCaCert(path, self._parse(reply.body))

    def refusal(self, status: int) -> DeploymentError:
        """Return what a status other than 200 means, at the CA endpoint above all."""
        origin = self.access_url.origin
        if status == httpx.codes.UNAUTHORIZED:
            return DeploymentError(
                f"{origin} refused the session token (401).", "It may have expired: start the build anew."
            )
        if status == httpx.codes.FORBIDDEN:
            return DeploymentError(
                f"{origin} does not allow it (403).",
                "Check the deployment's licence for AI Bridge and the owner's role.",
            )
        if status == httpx.codes.NOT_FOUND:
            return DeploymentError(
                f"{origin} has no AI Bridge Proxy (404).",
                "Enable it in the deployment, or update a deployment without it.",
            )
        if httpx.codes.is_redirect(status):
            return DeploymentError(
                f"{origin} redirects to somewhere else ({status}), as a login page in front of it does.",
                "Let /api/v2 through, or correct the deployment's access URL.",
            )
        passing = status == httpx.codes.TOO_MANY_REQUESTS or httpx.codes.is_server_error(status)
        kind = PassingError if passing else DeploymentError
        return kind(f"{origin} answered with status {status}.", "Look in the deployment's log.")

    def _transport_failure(self, error: httpx.TransportError) -> DeploymentError:
        origin = self.access_url.origin
        reason = "no answer in HTTP" if isinstance(error, httpx.RemoteProtocolError) else type(error).__name__
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return DeploymentError(
                    f"the TLS certificate of {origin} is not trusted ({cause.verify_message.rstrip('.')}).",
                    advice_on_distrust(cause)
                    or "Add its CA's certificate to extra_ca_certs_pem or to this machine's trust store.",
                )
            if isinstance(cause, ssl.SSLError) and not isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
                return DeploymentError(f"TLS with {origin} failed.", "Check whether the access URL should be http.")
            if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and cause.strerror:
                reason = cause.strerror.lower()
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.TimeoutException):
            return PassingError(f"{origin} did not answer in time.", _CHECK_NETWORK)
        return PassingError(f"{origin} cannot be reached ({reason}).", _CHECK_NETWORK)

    def _parse(self, body: bytes) -> tuple[Certificate, ...]:
        origin = self.access_url.origin
        if len(body) > MAX_CA_CERT_BYTES:
            raise DeploymentError(
                f"the answer of {origin} is over {MAX_CA_CERT_BYTES} bytes long, no CA certificate.",
                "Check what answers there.",
            )
        try:
            certificates = parse_ca_cert(body.decode(errors="replace"))
        except Invalid as invalid:
            sentences = "; ".join(problem.sentence for problem in invalid.problems)
            raise DeploymentError(
                f"the answer of {origin} is no CA certificate: it {sentences}.",
                "Check what answers there; a login page in front of the deployment does so.",
            ) from None
        if any(is_expired(certificate, time()) for certificate in certificates):
            raise DeploymentError(f"the CA certificate of {origin} has expired.", "Give AI Bridge Proxy a new one.")
        return certificates


class _NoCookies(CookieJar):
    """Keeps no cookie, and so reads none: the standard library fails where one is not ASCII."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Leave them."""


def _forget_location(response: httpx.Response) -> None:
    # httpx parses where a redirect leads to even though nobody follows it, and fails where that is no URL.
    response.headers.pop("Location", None)


def fetch_ca_cert(
    access_url: AccessUrl,
    token: str,
    extra_ca_certs: Sequence[Certificate] = (),
    *,
    deadline_seconds: float = _DEADLINE_SECONDS,
) -> tuple[Certificate, ...]:
    """Download AI Bridge Proxy's CA certificate in up to three tries, the proxy's own first.

    Raises DeploymentError, after `deadline_seconds` at the latest.
    """

    def download() -> tuple[Certificate, ...]:
        with closing(CoderApi(access_url, token, extra_ca_certs, operation_seconds=_OPERATION_SECONDS)) as api:
            return _with_retries(lambda: api.ca_cert().certificates)

    try:
        return within(deadline_seconds, download)
    except DeploymentError:
        raise
    except DeadlinePassedError:
        raise DeploymentError(
            f"{access_url.origin} gave no whole answer within {deadline_seconds:g} s.", _CHECK_NETWORK
        ) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, the workspace is built without the certificate
        raise DeploymentError(f"unforeseen {type(error).__name__} while asking {access_url.origin}.") from None


def _with_retries(download: Callable[[], tuple[Certificate, ...]]) -> tuple[Certificate, ...]:
    for seconds in _WAITS_SECONDS:
        try:
            return download()
        except PassingError:
            sleep(seconds)
    return download()
