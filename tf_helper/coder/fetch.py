"""Downloading the CA certificate while Terraform plans."""

from collections.abc import Callable, Sequence
from time import sleep

from tf_helper.coder.api import CHECK_NETWORK, CoderApi, DeploymentError, TransientError
from tf_helper.deadline import DeadlineExceededError, run_with_deadline
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.certificate import Certificate

_DEADLINE_SECONDS = 20
_OPERATION_SECONDS = 5
_WAITS_SECONDS = (0.5, 2)


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
    try:
        api = CoderApi(access_url, token, extra_ca_certs, operation_seconds=_OPERATION_SECONDS)
        return run_with_deadline(deadline_seconds, lambda: _with_retries(lambda: api.ca_cert().certificates))
    except DeploymentError:
        raise
    except DeadlineExceededError:
        if api.reads_store:
            raise DeploymentError(
                f"this machine's trust store has too many certificates to read within {deadline_seconds:g} s",
                f"add the root of {access_url.origin} to extra_ca_certs_pem, or run: openssl rehash /etc/ssl/certs",
            ) from None
        raise DeploymentError(
            f"{access_url.origin} gave no complete answer within {deadline_seconds:g} s", CHECK_NETWORK
        ) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, the workspace is built without the certificate
        raise DeploymentError(f"unexpected {type(error).__name__} while asking {access_url.origin}") from None


def _with_retries(download: Callable[[], tuple[Certificate, ...]]) -> tuple[Certificate, ...]:
    for seconds in _WAITS_SECONDS:
        try:
            return download()
        except TransientError:
            sleep(seconds)
    return download()
