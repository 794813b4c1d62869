"""The Coder deployment: whether it is one, whether it takes the token, and what CA certificate it hands out."""

import time
from collections.abc import Callable
from http import HTTPStatus

from tf_helper.coder.api import CoderApi, DeploymentError, TransientError
from tf_helper.coder.session_token import is_valid_in_header
from tf_helper.doctor.checks.words import own_words
from tf_helper.doctor.context import OPERATION_SECONDS, Context, Known
from tf_helper.doctor.finding import Finding, ok, skipped, with_warnings
from tf_helper.doctor.verdicts import verdict
from tf_helper.errors import redacted
from tf_helper.values.certificate import rfc3339
from tf_helper.values.certificate_warnings import validity_warnings


def deployment(context: Context) -> Finding:
    """Ask the deployment for its version."""

    def ask(api: CoderApi) -> Finding:
        return ok(f"{api.access_url} is Coder {_shown(context, api.build_info().version)}")

    return _ask(context, ask, token="")


def session_token(context: Context) -> Finding:
    """Look whether there is a token."""
    if context.token_withheld:
        return Finding("failed", context.token_withheld)
    if not context.token:
        return verdict("token_missing")
    if not is_valid_in_header(context.token):
        return verdict("token_malformed")
    return verdict("token_present", length=len(context.token))


def user(context: Context) -> Finding:
    """Ask the deployment whose token it is."""

    def ask(api: CoderApi) -> Finding:
        return ok(f"the token belongs to {_shown(context, api.user().username)}")

    return _ask(context, ask, context.token)


def ca_endpoint(context: Context) -> Finding:
    """Ask the deployment for the proxy's CA certificate."""

    def ask(api: CoderApi) -> Finding:
        served = api.ca_cert()
        first = served.certificates[0]
        end = f", valid until {rfc3339(first.ca.not_after)}" if first.ca else ""
        # Whether the chain has its root is for a later step to see: the module may have been given it, and it is saved.
        warnings = validity_warnings(served.certificates, time.time())
        finding = with_warnings(ok(f"from {served.path}{end}, SHA-256 {first.sha256}"), warnings)
        return finding._replace(known=Known(served_ca=served.certificates))

    return _ask(context, ask, context.token)


def _shown(context: Context, text: str) -> str:
    return redacted(context.without_token(text))[1:-1]


def _ask(context: Context, ask: Callable[[CoderApi], Finding], token: str) -> Finding:
    access_url, extra_ca_certs = context.query.access_url, context.query.extra_ca_certs_pem
    if access_url is None:
        return skipped("access_url is not given", "give --access-url to examine the deployment as well")
    try:
        return ask(CoderApi(access_url, token, extra_ca_certs, operation_seconds=OPERATION_SECONDS))
    except DeploymentError as error:
        message = f"{error.problem.message}: {own_words(context, error.said)}" if error.said else error.problem.message
        known = Known(
            token_refused=error.status == HTTPStatus.UNAUTHORIZED, access_denied=error.status == HTTPStatus.FORBIDDEN
        )
        # A deployment that is busy says nothing, and requests through the proxy do not depend on it.
        is_busy = isinstance(error, TransientError) and error.status
        return Finding("warning" if is_busy else "failed", error.problem._replace(message=message), known)
