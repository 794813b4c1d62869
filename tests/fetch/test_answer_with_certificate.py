"""The certificate in the answer: given, fetched, or left to the workspace."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.deployment import Answer as Served
from tf_helper.result import Answer, answer
from tf_helper.query import parse_query
from tf_helper.coder.session_token import session_token


def answered(token: str = TOKEN, **query: str) -> Answer:
    return answer(parse_query((("proxy_url", "https://h"), *query.items())), token)


def warnings(given: Answer) -> list[str]:
    parsed = json.loads(given.warnings)
    assert isinstance(parsed, list)
    return parsed


def test_a_given_certificate_is_normalised_and_described(ca: Certified) -> None:
    result = answered(ca_cert_pem=f"text\r\n{ca.pem}")
    assert result.ca_cert_pem == ca.pem
    assert result.ca_cert_sha256 == hashlib.sha256(ca.der).hexdigest()
    assert result.ca_cert_subject == "CN=proxy CA"
    assert result.ca_cert_not_after == ca.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert warnings(result) == []


def test_a_fetched_certificate_is_described_alike(deployment: Deployment, ca: Certified) -> None:
    result = answered(access_url=deployment.url, fetch_ca_cert="true")
    given = answered(access_url=deployment.url, ca_cert_pem=ca.pem)
    assert result == given


def test_a_given_certificate_is_not_fetched(deployment: Deployment, ca: Certified) -> None:
    answered(access_url=deployment.url, fetch_ca_cert="true", ca_cert_pem=ca.pem)
    assert deployment.asked == []


def test_nothing_is_fetched_unless_asked_for(deployment: Deployment) -> None:
    assert answered(access_url=deployment.url).ca_cert_pem == ""
    assert deployment.asked == []


def test_without_a_token_nothing_is_fetched_and_nothing_said(deployment: Deployment) -> None:
    result = answered(token="", access_url=deployment.url, fetch_ca_cert="true")
    assert (result.ca_cert_pem, warnings(result), deployment.asked) == ("", [], [])


def test_a_failed_fetch_is_a_warning_that_says_what_happens_instead(deployment: Deployment) -> None:
    deployment.serve(Served(403))
    result = answered(access_url=deployment.url, fetch_ca_cert="true")
    (warning,) = warnings(result)
    assert warning.startswith(f"fetch_ca_cert: {deployment.url} does not allow it (403).")
    assert warning.endswith("The certificate is downloaded when the workspace starts.")
    assert (result.ca_cert_pem, result.ca_cert_sha256, result.ca_cert_subject, result.ca_cert_not_after) == ("",) * 4


def test_an_expired_certificate_that_was_given_is_a_warning() -> None:
    old = make_certificate("old", to_day=-1)
    result = answered(ca_cert_pem=old.pem, extra_ca_certs_pem=old.pem)
    assert result.ca_cert_pem == old.pem
    first, second = warnings(result)
    assert first.startswith('ca_cert_pem: the certificate "CN=old" expired at ')
    assert second.startswith('extra_ca_certs_pem: the certificate "CN=old" expired at ')


def test_an_intermediate_without_its_root_is_a_warning(ca: Certified) -> None:
    intermediate = make_certificate("intermediate", issuer=ca)
    (warning,) = warnings(answered(ca_cert_pem=intermediate.pem))
    assert warning.startswith('ca_cert_pem: the certificate "CN=intermediate" is an intermediate one')
    assert warnings(answered(ca_cert_pem=intermediate.pem, extra_ca_certs_pem=ca.pem)) == []


def test_extra_certificates_come_out_normalised(ca: Certified) -> None:
    leaf = make_certificate("leaf", issuer=ca, ca=False)
    result = answered(extra_ca_certs_pem=f"a\n{leaf.pem}b\n{ca.pem}c")
    assert result.extra_ca_certs_pem == leaf.pem + ca.pem


@pytest.mark.parametrize(
    ("environment", "token"),
    [
        ({}, ""),
        ({"CODER_SESSION_TOKEN": "a"}, "a"),
        ({"CODER_SESSION_TOKEN": " a\n"}, "a"),
        ({"CODER_WORKSPACE_OWNER_SESSION_TOKEN": " "}, ""),
        ({"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "b", "CODER_SESSION_TOKEN": "a"}, "b"),
        ({"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "", "CODER_SESSION_TOKEN": "a"}, ""),
    ],
)
def test_the_token_is_the_provisioners_or_else_the_persons(environment: dict[str, str], token: str) -> None:
    assert session_token(environment) == token
