"""The certificate in the result: given, fetched, or left to the workspace."""

from __future__ import annotations

import hashlib

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.harness.der import certificate, tlv
from tf_helper.query import parse_query
from tf_helper.result import Result, make_result


def result_of(token: str = TOKEN, **query: str) -> Result:
    environment = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": token}
    return make_result(parse_query((("proxy_url", "https://h"), *query.items())), environment)


def test_a_given_certificate_is_normalized_and_described(ca: Certified) -> None:
    result = result_of(ca_cert_pem=f"text\r\n{ca.pem}")
    assert result.ca_cert_pem == ca.pem
    assert result.ca_cert_sha256 == hashlib.sha256(ca.der).hexdigest()
    assert result.ca_cert_subject == "CN=proxy CA"
    assert result.ca_cert_not_after == ca.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert result.warnings == ()


def test_a_fetched_certificate_is_described_alike(deployment: Deployment, ca: Certified) -> None:
    result = result_of(access_url=deployment.url, fetch_ca_cert="true")
    given = result_of(access_url=deployment.url, ca_cert_pem=ca.pem)
    assert result == given


def test_a_given_certificate_is_not_fetched(deployment: Deployment, ca: Certified) -> None:
    result_of(access_url=deployment.url, fetch_ca_cert="true", ca_cert_pem=ca.pem)
    assert deployment.asked == []


def test_nothing_is_fetched_unless_asked_for(deployment: Deployment) -> None:
    assert result_of(access_url=deployment.url).ca_cert_pem == ""
    assert deployment.asked == []


def test_a_failed_fetch_is_a_warning_that_says_what_happens_instead(deployment: Deployment) -> None:
    deployment.serve(Answer(403))
    result = result_of(access_url=deployment.url, fetch_ca_cert="true")
    (warning,) = result.warnings
    assert warning.startswith(f"fetch_ca_cert: {deployment.url} denied access (403).")
    assert warning.endswith("The workspace downloads the certificate when it starts.")
    assert (result.ca_cert_pem, result.ca_cert_sha256, result.ca_cert_subject, result.ca_cert_not_after) == ("",) * 4


def test_an_expired_certificate_that_was_given_is_a_warning() -> None:
    old, other = make_certificate("old", to_day=-1), make_certificate("other", to_day=-1)
    result = result_of(ca_cert_pem=old.pem, extra_ca_certs_pem=other.pem)
    assert result.ca_cert_pem == old.pem
    first, second = result.warnings
    assert first.startswith('ca_cert_pem: the certificate "CN=old" has expired (at ')
    assert second.startswith('extra_ca_certs_pem: the certificate "CN=other" has expired (at ')


@pytest.mark.parametrize("days", [-1, 1, 365])
def test_a_certificate_that_is_given_twice_is_warned_of_once(days: int, ca: Certified) -> None:
    odd = make_certificate("odd", to_day=days, issuer=ca)
    warnings = result_of(ca_cert_pem=odd.pem, extra_ca_certs_pem=odd.pem).warnings
    assert warnings
    assert warnings == result_of(ca_cert_pem=odd.pem).warnings


def test_extra_certificates_are_judged_beside_the_fetched_one(deployment: Deployment, ca: Certified) -> None:
    intermediate = make_certificate("intermediate", issuer=ca)
    before_its_renewal = make_certificate("proxy CA", key=ca.key, to_day=-1)
    for extra in (intermediate.pem, before_its_renewal.pem):
        fetched = result_of(access_url=deployment.url, fetch_ca_cert="true", extra_ca_certs_pem=extra)
        given = result_of(access_url=deployment.url, ca_cert_pem=ca.pem, extra_ca_certs_pem=extra)
        assert fetched == given
        assert fetched.warnings == ()


def test_dates_beyond_the_years_1_to_9999_are_told_as_their_ends(deployment: Deployment) -> None:
    begin, end = (tlv(0x18, digits) for digits in (b"00010101000000+0100", b"99991231235959-0100"))
    pem = certificate(since=begin, until=end)
    deployment.serve(Answer(body=pem.encode()))
    for query in ({"fetch_ca_cert": "true"}, {"ca_cert_pem": pem}):
        result = result_of(access_url=deployment.url, **query)
        assert (result.ca_cert_pem, result.ca_cert_not_after) == (pem, "9999-12-31T23:59:59Z")
    expired = " ".join(result_of(ca_cert_pem=certificate(since=begin, until=begin)).warnings)
    assert "has expired (at 0001-01-01T00:00:00Z)" in expired


def test_an_intermediate_without_its_root_is_a_warning(ca: Certified) -> None:
    intermediate = make_certificate("intermediate", issuer=ca)
    (warning,) = result_of(ca_cert_pem=intermediate.pem).warnings
    assert warning.startswith('ca_cert_pem: the certificate "CN=intermediate" is an intermediate whose issuer ')
    assert result_of(ca_cert_pem=intermediate.pem, extra_ca_certs_pem=ca.pem).warnings == ()


def test_extra_certificates_come_out_normalized(ca: Certified) -> None:
    leaf = make_certificate("leaf", issuer=ca, ca=False)
    result = result_of(extra_ca_certs_pem=f"a\n{leaf.pem}b\n{ca.pem}c")
    assert result.extra_ca_certs_pem == leaf.pem + ca.pem


def fetched_with(environment: dict[str, str], deployment: Deployment) -> Result:
    pairs = {"proxy_url": "https://h", "access_url": deployment.url, "fetch_ca_cert": "true"}
    return make_result(parse_query(tuple(pairs.items())), environment)


def test_a_persons_token_is_sent_to_the_deployment_that_it_is_for(deployment: Deployment, ca: Certified) -> None:
    url = deployment.url.replace("http:", " HTTP:") + "/"
    result = fetched_with({"CODER_SESSION_TOKEN": TOKEN, "CODER_URL": url}, deployment)
    assert (result.ca_cert_pem, result.warnings) == (ca.pem, ())


@pytest.mark.parametrize("url", [None, "", "https://coder.example.com", "not a URL", "{}0"])
def test_a_persons_token_is_sent_nowhere_else_and_a_warning_says_why(url: str | None, deployment: Deployment) -> None:
    environment = {"CODER_SESSION_TOKEN": TOKEN}
    if url is not None:
        environment["CODER_URL"] = url.replace("{}", deployment.url)
    result = fetched_with(environment, deployment)
    (warning,) = result.warnings
    assert warning.startswith("fetch_ca_cert: CODER_SESSION_TOKEN is ")
    assert "CODER_URL" in warning
    assert warning.endswith("The workspace downloads the certificate when it starts.")
    assert (result.ca_cert_pem, deployment.asked) == ("", [])


@pytest.mark.parametrize(
    "environment",
    [{}, {"CODER_SESSION_TOKEN": " "}, {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "", "CODER_SESSION_TOKEN": "x"}],
)
def test_without_a_token_nothing_is_fetched_and_there_is_no_warning(
    environment: dict[str, str], deployment: Deployment
) -> None:
    result = fetched_with(environment, deployment)
    assert (result.ca_cert_pem, result.warnings, deployment.asked) == ("", (), [])
