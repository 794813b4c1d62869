"""The Coder deployment: whether it is one, whether it takes the token, and what CA certificate it hands out."""

import time
from contextlib import closing
from http import HTTPStatus

from pydantic import BaseModel, ValidationError

from tf_helper.coder_api import CoderApi, DeploymentError
from tf_helper.doctor.case import OPERATION_SECONDS, Case
from tf_helper.doctor.step import Finding, failed, in_a_few_words, ok, ok_but_for, skipped
from tf_helper.problems import quoted
from tf_helper.session_token import VARIABLES, has_odd_characters
from tf_helper.values.certificate import issuer_warnings, rfc3339, validity_warnings

_NOT_CODER = "check --access-url; a login page in front of the deployment answers so, too: let /api/v2 through"
_NEW_TOKEN = f"restart the workspace for a new one, or set {VARIABLES[1]} to one from `coder tokens create`"


class BuildInfo(BaseModel):
    """GET /api/v2/buildinfo, as far as it matters (https://coder.com/docs/reference/api/general#build-info)."""

    version: str


class User(BaseModel):
    """GET /api/v2/users/me, as far as it matters (https://coder.com/docs/reference/api/users#get-user-by-name)."""

    username: str


class ApiMessage(BaseModel):
    """What Coder answers with an error."""

    message: str
    detail: str = ""


class _NotGivenError(Exception):
    """There is no URL of a deployment. The first step here is skipped then, and the others with it."""


def deployment(case: Case) -> Finding:
    """Ask the deployment for its version."""
    try:
        with closing(_api(case, token="")) as api:
            reply = api.get("/api/v2/buildinfo")
            if reply.status // 100 == 3:  # noqa: PLR2004 - a redirect
                raise api.refusal(reply.status)
    except _NotGivenError:
        return skipped("access_url is not given", "give --access-url to have the deployment looked at as well")
    except DeploymentError as error:
        return _failed(error)
    if reply.status != HTTPStatus.OK:
        return failed(f"{case.query.access_url} answers with status {reply.status}", _NOT_CODER)
    try:
        version = BuildInfo.model_validate_json(reply.body).version
    except ValidationError:
        return failed(f"{case.query.access_url} answers, but not as Coder does", _NOT_CODER)
    return ok(f"{case.query.access_url} is Coder {quoted(version)[1:-1]}")


def session_token(case: Case) -> Finding:
    """Look whether there is a token."""
    if not case.token:
        return failed(
            "there is none in the environment",
            f"set {VARIABLES[1]}, for example to one from `coder tokens create`; a tool has it in HTTPS_PROXY",
        )
    if has_odd_characters(case.token):
        return failed("it holds characters that no Coder token has", "check the variable that it is in")
    return ok(f"there is one, of {len(case.token)} characters")


def user(case: Case) -> Finding:
    """Ask the deployment whose token it is."""
    try:
        with closing(_api(case, case.token)) as api:
            reply = api.get("/api/v2/users/me")
            if reply.status == HTTPStatus.UNAUTHORIZED:
                return _refused_token(reply.body)
            if reply.status != HTTPStatus.OK:
                raise api.refusal(reply.status)
            username = User.model_validate_json(reply.body).username
    except DeploymentError as error:
        return _failed(error)
    except ValidationError:
        return failed(f"{case.query.access_url} answers, but not as Coder does", _NOT_CODER)
    return ok(f"it is {quoted(username)[1:-1]}'s")


def ca_endpoint(case: Case) -> Finding:
    """Ask the deployment for the proxy's CA certificate."""
    try:
        with closing(_api(case, case.token)) as api:
            served = api.ca_cert()
    except DeploymentError as error:
        return _failed(error)
    case.served_ca = served.certificates
    first = served.certificates[0]
    end = f", valid until {rfc3339(first.ca.not_after)}" if first.ca else ""
    seen = f"from {served.path}{end}, SHA-256 {first.sha256}"
    doubts = [
        *validity_warnings(served.certificates, time.time()),
        *issuer_warnings(served.certificates, case.query.extra_ca_certs_pem),
    ]
    return ok_but_for(seen, doubts)


def _api(case: Case, token: str) -> CoderApi:
    if case.query.access_url is None:
        raise _NotGivenError
    return CoderApi(case.query.access_url, token, case.query.extra_ca_certs_pem, operation_seconds=OPERATION_SECONDS)


def _failed(error: DeploymentError) -> Finding:
    return failed(error.seen.rstrip("."), in_a_few_words(error.advice))


def _refused_token(body: bytes) -> Finding:
    try:
        detail = ApiMessage.model_validate_json(body).detail
    except ValidationError:
        detail = ""
    if "expired" in detail.lower():
        return failed("the token has expired (401)", _NEW_TOKEN)
    return failed("the deployment does not know the token (401)", _NEW_TOKEN)
