"""The Coder deployment, the token, and the certificate that it hands out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.doctor.fault import Faults
from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import (
    BUILD_INFO_PATH,
    CA_CERT_PATH,
    TOKEN,
    USER_PATH,
    Answer,
    Deployment,
    error,
    signed_out,
)
from tests.harness.raw_server import RawServer, closed_port, not_http

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doctor.patient import Patient

FAULTS = Faults()
LOGIN_PAGE = Answer(200, b"<html>Log in</html>", {"Content-Type": "text/html"})
REDIRECT = Answer(302, headers={"Location": "https://login.example.com/"})


@FAULTS("deployment", "failed", "cannot be reached (connection refused)")
def a_deployment_that_is_down(patient: Patient) -> None:
    patient.settings["access_url"] = patient.running.enter_context(closed_port())


@FAULTS("deployment", "failed", "coder.invalid cannot be reached", "check its name")
def a_deployment_without_an_address(patient: Patient) -> None:
    patient.settings["access_url"] = "https://coder.invalid"


@FAULTS("deployment", "failed", "cannot be reached (not an HTTP answer)")
def a_deployment_that_speaks_something_else(patient: Patient) -> None:
    patient.settings["access_url"] = patient.running.enter_context(RawServer(not_http)).url


@FAULTS("session_token", "token_missing")
def no_token(patient: Patient) -> None:
    del patient.environment["CODER_SESSION_TOKEN"]


@FAULTS("session_token", "token_malformed")
def a_token_with_a_control_character(patient: Patient) -> None:
    patient.environment["CODER_SESSION_TOKEN"] = "with\x01control"


@FAULTS("session_token", "token_malformed")
def a_token_that_is_not_text(patient: Patient) -> None:
    patient.environment["CODER_SESSION_TOKEN"] = "a\udcffb"


@FAULTS("user", "failed", "(401): its user is not active", "a new token does not help")
def a_suspended_user(patient: Patient) -> None:
    patient.deployment.suspend_user()


@FAULTS("user", "failed", "refused the session token (401)", "restart the workspace")
def a_wrong_token(patient: Patient) -> None:
    patient.environment["CODER_SESSION_TOKEN"] = "9876543210-wrongwrongwrongwrongwr"


def replies(path: str, answer: Answer) -> Callable[[Patient], None]:
    return lambda patient: patient.deployment.answers.update({path: [answer]})


def serves(answer: Answer) -> Callable[[Patient], None]:
    return lambda patient: patient.deployment.serve(answer)


for name, (step, said, inflict) in {
    "an expired token": (
        "user",
        ("refused the session token (401): it has expired", "restart the workspace"),
        replies(USER_PATH, signed_out('API key expired at "2026-11-01 08:00:00 +0000 UTC".')),
    ),
    "a refusal in other words": (
        "user",
        ("refused the session token (401)",),
        replies(USER_PATH, Answer(401, b"expired")),
    ),
    "a redirect to a login page": (
        "deployment",
        ("redirects elsewhere (302)", "let /api/v2 through"),
        replies(BUILD_INFO_PATH, REDIRECT),
    ),
    "a login page": ("deployment", ("does not answer as Coder does",), replies(BUILD_INFO_PATH, LOGIN_PAGE)),
    "a web server without Coder": ("deployment", ("answers with status 404",), replies(BUILD_INFO_PATH, Answer(404))),
    "a web server that knows no users": ("user", ("answers with status 404",), replies(USER_PATH, Answer(404))),
    "no license for the certificate": (
        "ca_endpoint",
        ('(403): "AI Bridge is a Premium feature. Contact sales!"', "license"),
        serves(error(403, "AI Bridge is a Premium feature. Contact sales!")),
    ),
    "a disabled proxy": (
        "ca_endpoint",
        ("has no AI Bridge Proxy (404)", "CODER_AI_GATEWAY_PROXY_ENABLED=true", "CODER_AIBRIDGE_PROXY_ENABLED"),
        serves(error(404, "Route not found.")),
    ),
    "a login page for the certificate": ("ca_endpoint", ("is not a CA certificate", "login page"), serves(LOGIN_PAGE)),
    "an expired CA at the endpoint": (
        "ca_endpoint",
        ("has expired", "new one"),
        serves(Answer(body=make_certificate("ca", to_day=-1).pem.encode())),
    ),
}.items():
    FAULTS.add(name, inflict, step, "failed", *said)


def get_a_license(patient: Patient) -> None:
    patient.gateway.faults.clear()
    patient.deployment.serve(Answer(body=patient.ca.pem.encode()))


@FAULTS("ca_endpoint", "failed", '(403): "AI Gateway is a Premium feature. Contact sales!"', cure=get_a_license)
def no_license(patient: Patient) -> None:
    patient.gateway.faults.add("license")
    patient.deployment.serve(error(403, "AI Gateway is a Premium feature. Contact sales!"))


for step, path in {"deployment": BUILD_INFO_PATH, "user": USER_PATH, "ca_endpoint": CA_CERT_PATH}.items():
    for status in (429, 500):
        FAULTS.add(
            f"a deployment that answers {status} in the step {step}",
            replies(path, Answer(status)),
            step,
            "warning",
            f"answered with status {status}",
            "log",
        )


@FAULTS("gateway", "gateway_budget_exceeded", "AI budget of US$10.00 exceeded", warned=("user",))
def a_refusal_behind_a_deployment_that_is_asked_too_often(patient: Patient) -> None:
    replies(USER_PATH, Answer(429))(patient)
    patient.gateway.faults.add("budget")


def with_tls(make: Callable[[Patient], Certified], patient: Patient) -> None:
    """Have the deployment speak TLS with a certificate; what signed the usual one is trusted."""
    patient.save(patient.company.pem)
    certificate = make(patient)
    deployment = Deployment(token=TOKEN, ca_cert_pem=patient.ca.pem, certificate=certificate)
    patient.settings["access_url"] = patient.running.enter_context(deployment).url


def certificate(patient: Patient, **changed: object) -> Certified:
    usual = {"issuer": patient.company, "ca": False, "hosts": ["127.0.0.1"]}
    return make_certificate("coder", **{**usual, **changed})  # type: ignore[arg-type]


for name, (said, make) in {
    "an expired deployment": (
        ("expired, or a CA in the chain is (certificate has expired)", "this machine's clock"),
        partial(certificate, to_day=-1),
    ),
    "a self-signed deployment": (
        ("self-signed, and not trusted", "extra_ca_certs_pem"),
        partial(certificate, issuer=None),
    ),
    "a deployment with an unknown CA": (
        ("signed by a CA that is not trusted", "extra_ca_certs_pem"),
        partial(certificate, issuer=make_certificate("Unknown Root")),
    ),
}.items():
    FAULTS.add(name, partial(with_tls, make), "deployment", "failed", *said)


@FAULTS("ca_endpoint", "warning", "within 30 days")
def a_ca_certificate_that_soon_expires(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", to_day=10))


@FAULTS("session_token", "failed", "CODER_SESSION_TOKEN is for https://coder.example.com (CODER_URL)", "set CODER_URL")
def a_token_of_another_deployment(patient: Patient) -> None:
    patient.environment["CODER_URL"] = "https://coder.example.com"
