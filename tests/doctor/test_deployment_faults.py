"""The Coder deployment and the token, one fault at a time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.harness.certificates import DAY, make_certificate
from tests.harness.deployment import (
    BUILD_INFO_PATH,
    CA_CERT_PATH,
    OLD_CA_CERT_PATH,
    TOKEN,
    USER_PATH,
    Answer,
    Asked,
    Deployment,
    error,
)
from tests.harness.raw_server import RawServer, closed_port, not_http

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient
    from tests.sandbox import Authorities

AFTER_DEPLOYMENT = ["user", "ca_endpoint"]
LOGIN_PAGE = Answer(200, b"<html>Log in</html>", {"Content-Type": "text/html"})


def test_it_is_asked_for_its_version_without_the_token(patient: Patient) -> None:
    report = patient.examine()
    assert "is Coder v2.31.2" in report.told("deployment")
    assert Asked(BUILD_INFO_PATH, None) in patient.deployment.asked


def test_a_deployment_that_cannot_be_reached(patient: Patient) -> None:
    with closed_port() as patient.settings["access_url"]:
        report = patient.examine()
    assert report.of("failed") == ["deployment"]
    assert report.of("skipped") == AFTER_DEPLOYMENT
    assert "cannot be reached (connection refused)" in report.told("deployment")
    assert "is intercepted" in report.told("provider")


def test_a_deployment_without_an_address(patient: Patient) -> None:
    patient.settings["access_url"] = "https://coder.invalid"
    report = patient.examine()
    assert report.of("failed") == ["deployment"]
    assert "cannot be reached (ConnectError)" not in report.told("deployment")
    assert "check its name" in report.told("deployment")


def test_something_that_does_not_speak_http_in_the_place_of_the_deployment(patient: Patient) -> None:
    with RawServer(not_http) as server:
        patient.settings["access_url"] = server.url
        report = patient.examine()
    assert report.of("failed") == ["deployment"]
    assert "cannot be reached (not an HTTP answer)" in report.told("deployment")


def test_a_deployment_whose_tls_certificate_is_not_trusted(patient: Patient) -> None:
    with Deployment(token="", ca_cert_pem="", authority=trustme.CA()) as deployment:
        patient.settings["access_url"] = deployment.url
        report = patient.examine()
    assert report.of("failed") == ["deployment"]
    assert "add its CA's certificate to extra_ca_certs_pem" in report.told("deployment")


@pytest.mark.parametrize(
    ("name", "days", "seen", "advice"),
    [
        ("127.0.0.1", (-2, -1), "certificate has expired", "this machine's clock"),
        ("127.0.0.1", (1, 2), "certificate is not yet valid", "this machine's clock"),
        (
            "coder.example.com",
            (-1, 1),
            "certificate is not valid for '127.0.0.1')",
            "a name that the certificate is for",
        ),
    ],
)
def test_a_certificate_that_is_not_valid_though_its_ca_is_trusted(
    name: str, days: tuple[int, int], seen: str, advice: str, patient: Patient, authorities: Authorities
) -> None:
    begin, end = (dt.datetime.now() + day * DAY for day in days)  # noqa: DTZ005 - as trustme wants it
    patient.settings["extra_ca_certs_pem"] = authorities.company.cert_pem.bytes().decode()
    certificate = authorities.company.issue_cert(name, not_before=begin, not_after=end)
    patient.monkeypatch.setattr(authorities.company, "issue_cert", lambda *_: certificate)
    with Deployment(token="", ca_cert_pem="", authority=authorities.company) as deployment:
        patient.settings["access_url"] = deployment.url
        patient.settings["proxy_url"] = deployment.url
        patient.bundle.write_text(patient.bundle.read_text() + patient.settings["extra_ca_certs_pem"])
        report = patient.examine()
    assert report.of("failed") == ["proxy_tls", "deployment"]
    for step in ("proxy_tls", "deployment"):
        assert seen.rstrip(")") in report.told(step)
        assert advice in report.told(step)
        assert "extra_ca_certs_pem" not in report.told(step)


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (Answer(302, headers={"Location": "https://login.example.com/"}), "redirects to somewhere else (302)"),
        (LOGIN_PAGE, "does not answer as Coder does"),
        (Answer(404), "answers with status 404"),
    ],
)
def test_a_login_page_in_front_of_the_deployment(answer: Answer, seen: str, patient: Patient) -> None:
    patient.deployment.answers[BUILD_INFO_PATH] = [answer]
    report = patient.examine()
    assert report.of("failed") == ["deployment"]
    assert report.of("skipped") == AFTER_DEPLOYMENT
    assert seen in report.told("deployment")
    assert "/api/v2 through" in report.told("deployment")


def test_a_missing_token(patient: Patient) -> None:
    del patient.environment["CODER_SESSION_TOKEN"]
    report = patient.examine()
    assert report.of("failed") == ["session_token"]
    assert "set CODER_SESSION_TOKEN" in report.told("session_token")
    assert report.of("skipped") == [*AFTER_DEPLOYMENT, "connect_with_token", "provider", "strict_client", "tunnelled"]
    assert report.steps["connect_without_token"]["status"] == "ok"


def test_a_token_of_another_deployment(patient: Patient) -> None:
    patient.environment["CODER_URL"] = "https://coder.example.com"
    report = patient.examine()
    assert report.of("failed") == ["session_token"]
    assert "CODER_SESSION_TOKEN is for https://coder.example.com (CODER_URL)" in report.told("session_token")
    assert [asked.token for asked in patient.deployment.asked] == [None]


def test_a_wrong_token(patient: Patient) -> None:
    patient.environment["CODER_SESSION_TOKEN"] = "9876543210-wrongwrongwrongwrongwr"
    report = patient.examine()
    assert report.of("failed") == ["user"]
    assert "refused the token (401)" in report.told("user")
    assert "restart the workspace" in report.told("user")


def test_an_expired_token(patient: Patient) -> None:
    expired = error(401, "You are signed out or your session has expired.", 'API key expired at "2026-11-01 08:00:00".')
    patient.deployment.answers[USER_PATH] = [expired]
    report = patient.examine()
    assert report.of("failed") == ["user"]
    assert report.of("skipped") == ["ca_endpoint"]
    assert "the token has expired (401)" in report.told("user")


def test_a_refusal_that_coder_has_not_worded_is_none_of_an_expired_token(patient: Patient) -> None:
    patient.deployment.answers[USER_PATH] = [Answer(401, b"expired")]
    assert "refused the token" in patient.examine().told("user")


@pytest.mark.parametrize("token", ["with\x01control", "with\u00e9", "not\udcfftext"])
def test_a_token_that_no_header_can_hold(token: str, patient: Patient) -> None:
    patient.environment["CODER_SESSION_TOKEN"] = token
    report = patient.examine()
    assert report.of("failed") == ["session_token"]
    assert "characters that no Coder token has" in report.told("session_token")


def test_a_token_that_an_answer_sends_back_is_not_shown(patient: Patient) -> None:
    patient.deployment.answers[USER_PATH] = [Answer(200, b'{"username": "%b!"}' % TOKEN.encode())]
    assert patient.examine().told("user").startswith("the token belongs to ***!")


@pytest.mark.parametrize(
    ("answer", "seen"), [(LOGIN_PAGE, "does not answer as Coder does"), (Answer(500), "answered with status 500")]
)
def test_users_that_are_not_coders(answer: Answer, seen: str, patient: Patient) -> None:
    patient.deployment.answers[USER_PATH] = [answer]
    report = patient.examine()
    assert report.of("failed") == ["user"]
    assert seen in report.told("user")


def test_a_missing_licence(patient: Patient) -> None:
    patient.deployment.serve(error(403, "AI Bridge is a Premium feature. Contact sales!"))
    report = patient.examine()
    assert report.of("failed") == ["ca_endpoint"]
    assert "license" in report.told("ca_endpoint")


def test_a_disabled_proxy(patient: Patient) -> None:
    del patient.deployment.answers[CA_CERT_PATH], patient.deployment.answers[OLD_CA_CERT_PATH]
    report = patient.examine()
    assert report.of("failed") == ["ca_endpoint"]
    assert "has no AI Bridge Proxy (404)" in report.told("ca_endpoint")
    assert "set CODER_AI_GATEWAY_PROXY_ENABLED=true" in report.told("ca_endpoint")


def test_the_path_that_answers_is_named(patient: Patient) -> None:
    del patient.deployment.answers[CA_CERT_PATH]
    report = patient.examine()
    assert report.ok
    assert f"from {OLD_CA_CERT_PATH}, valid until" in report.told("ca_endpoint")


def test_a_login_page_at_the_ca_endpoint(patient: Patient) -> None:
    patient.deployment.serve(LOGIN_PAGE)
    report = patient.examine()
    assert report.of("failed") == ["ca_endpoint"]
    assert "a login page" in report.told("ca_endpoint")


@pytest.mark.parametrize(("days", "status", "seen"), [(10, "warning", "within 30 days"), (-1, "failed", "has expired")])
def test_the_end_of_the_ca_certificates_validity(days: int, status: str, seen: str, patient: Patient) -> None:
    patient.deployment.serve(Answer(body=make_certificate("ca", to_day=days).pem.encode()))
    report = patient.examine()
    assert report.steps["ca_endpoint"]["status"] == status
    assert seen in report.told("ca_endpoint")
