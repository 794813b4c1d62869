"""The Coder deployment over HTTP."""

import contextlib
import queue
import ssl
import threading
from collections.abc import Callable, Sequence
from time import sleep, time
from typing import TypeVar

import httpx

from tf_helper import __version__
from tf_helper.problems import Invalid
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.cert_path import SYSTEM_TRUST_FILES
from tf_helper.values.certificate import MAX_CA_CERT_BYTES, Certificate, is_expired, parse_ca_cert

# Older servers have the second path only.
CA_CERT_PATHS = ("/api/v2/ai-gateway/proxy/ca-cert.pem", "/api/v2/aibridge/proxy/ca-cert.pem")

T = TypeVar("T")

_DEADLINE_SECONDS = 20
_OPERATION_SECONDS = 5
_WAITS_SECONDS = (0.5, 2)

_CHECK_NETWORK = "Check its name, its port, and the network between the provisioner and the deployment."


class FetchError(Exception):
    """Why there is no certificate: what happened and what to do, in sentences that hold no secret."""


class _PassingError(FetchError):
    """What another try may mend."""


def fetch_ca_cert(
    access_url: AccessUrl,
    token: str,
    extra_ca_certs: Sequence[Certificate] = (),
    *,
    deadline_seconds: float = _DEADLINE_SECONDS,
) -> tuple[Certificate, ...]:
    """Download AI Bridge Proxy's CA certificate from the deployment, the proxy's own first.

    Trusted are the system's store and `extra_ca_certs`. Proxies, netrc files and certificate stores that the
    environment names are ignored, and redirects are not followed, so that the token reaches the deployment only.
    Raises FetchError, after `deadline_seconds` at the latest.
    """
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise FetchError("the session token holds characters that no Coder token has. Check the variable it is in.")

    def download() -> tuple[Certificate, ...]:
        with httpx.Client(
            base_url=str(access_url),
            headers={
                "Coder-Session-Token": token,
                "Accept-Encoding": "identity",
                "User-Agent": f"tf-helper/{__version__}",
            },
            verify=_trust(extra_ca_certs),
            timeout=_OPERATION_SECONDS,
            trust_env=False,
            follow_redirects=False,
        ) as client:
            return _parse(_with_retries(lambda: _download(client, access_url)), access_url)

    return _within(deadline_seconds, download, access_url)


def _within(seconds: float, work: Callable[[], T], access_url: AccessUrl) -> T:
    """Run `work` in a thread that may be left behind: nothing else puts a limit to name look-ups."""
    outcome: queue.SimpleQueue[T | FetchError] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(work())
        except FetchError as error:
            outcome.put(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the workspace is built without the certificate
            outcome.put(FetchError(f"unforeseen {type(error).__name__} while asking {access_url.origin}."))

    threading.Thread(target=run, daemon=True).start()
    try:
        result = outcome.get(timeout=seconds)
    except queue.Empty:
        raise FetchError(f"{access_url.origin} gave no whole answer within {seconds:g} s. {_CHECK_NETWORK}") from None
    if isinstance(result, FetchError):
        raise result
    return result


def _with_retries(download: Callable[[], bytes]) -> bytes:
    for seconds in _WAITS_SECONDS:
        try:
            return download()
        except _PassingError:
            sleep(seconds)
    return download()


def _trust(extra_ca_certs: Sequence[Certificate]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # As curl does in the workspace: an intermediate, or the deployment's own certificate, can be trusted by itself.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    # Not load_default_certs(), which obeys SSL_CERT_FILE.
    compiled_in = ssl.get_default_verify_paths()
    for file in (*SYSTEM_TRUST_FILES, compiled_in.openssl_cafile):
        with contextlib.suppress(OSError):  # missing, empty or broken: the next
            context.load_verify_locations(cafile=file)
            break
    with contextlib.suppress(OSError):
        context.load_verify_locations(capath=compiled_in.openssl_capath)
    for certificate in extra_ca_certs:
        context.load_verify_locations(cadata=certificate.pem)
    return context


def _download(client: httpx.Client, access_url: AccessUrl) -> bytes:
    """Return the answer's body, at most one byte over what is allowed. Raises FetchError."""
    status, body = 0, b""
    for path in CA_CERT_PATHS:
        status, body = _get(client, path, access_url)
        if status != httpx.codes.NOT_FOUND:
            break
    if status != httpx.codes.OK:
        raise _refusal(status, access_url)
    return body


def _get(client: httpx.Client, path: str, access_url: AccessUrl) -> tuple[int, bytes]:
    try:
        with client.stream("GET", path) as response:
            body = b""
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_CA_CERT_BYTES:
                    break
            return response.status_code, body
    except httpx.TransportError as error:
        raise _transport_failure(error, access_url) from None


def _transport_failure(error: httpx.TransportError, access_url: AccessUrl) -> FetchError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchError(
                f"the TLS certificate of {access_url.origin} is not trusted ({cause.verify_message}). "
                "Add its CA's certificate to extra_ca_certs_pem or to the provisioner's trust store."
            )
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return FetchError(f"TLS with {access_url.origin} failed. Check whether the access URL should be http.")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return _PassingError(f"{access_url.origin} did not answer in time. {_CHECK_NETWORK}")
    return _PassingError(f"{access_url.origin} cannot be reached ({type(error).__name__}). {_CHECK_NETWORK}")


def _refusal(status: int, access_url: AccessUrl) -> FetchError:
    origin = access_url.origin
    if status == httpx.codes.UNAUTHORIZED:
        return FetchError(f"{origin} refused the session token (401). It may have expired: start the build anew.")
    if status == httpx.codes.FORBIDDEN:
        return FetchError(
            f"{origin} does not allow it (403). Check the deployment's licence for AI Bridge and the owner's role."
        )
    if status == httpx.codes.NOT_FOUND:
        return FetchError(
            f"{origin} has no AI Bridge Proxy (404). Enable it in the deployment, or update a deployment without it."
        )
    if httpx.codes.is_redirect(status):
        return FetchError(
            f"{origin} redirects to somewhere else ({status}), as a login page in front of it does. "
            "Let /api/v2 through, or correct the deployment's access URL."
        )
    kind = (
        _PassingError if status == httpx.codes.TOO_MANY_REQUESTS or httpx.codes.is_server_error(status) else FetchError
    )
    return kind(f"{origin} answered with status {status}. Look in the deployment's log.")


def _parse(body: bytes, access_url: AccessUrl) -> tuple[Certificate, ...]:
    if len(body) > MAX_CA_CERT_BYTES:
        raise FetchError(
            f"the answer of {access_url.origin} is over {MAX_CA_CERT_BYTES} bytes long, no CA certificate. "
            "Check what answers there."
        )
    try:
        certificates = parse_ca_cert(body.decode(errors="replace"))
    except Invalid as invalid:
        sentences = "; ".join(problem.sentence for problem in invalid.problems)
        raise FetchError(
            f"the answer of {access_url.origin} is no CA certificate: it {sentences}. "
            "Check what answers there; a login page in front of the deployment does so."
        ) from None
    if any(is_expired(certificate, time()) for certificate in certificates):
        raise FetchError(f"the CA certificate of {access_url.origin} has expired. Give AI Bridge Proxy a new one.")
    return certificates
