"""What doctor says of typical faults, for the README: real output, with addresses of the documentation's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doctor.conftest import Patient
    from tests.harness.certificates import Certified

PROXY_URL = "http://aiproxy.example.com:8888"
ACCESS_URL = "https://coder.example.com"
CERT_PATH = "/tmp/aibridge-proxy/ca-cert.pem"

DIGESTS = ("5f0c7d1b" * 8, "a3e941f6" * 8)


class Fault(NamedTuple):
    """A typical fault: the command in the README, and how it comes about."""

    command: str
    inflict: Callable[[Patient, Certified], None]


def _replaced_certificate(patient: Patient, ca: Certified) -> None:
    patient.certificate.write_text(ca.pem)
    patient.bundle.write_text(patient.roots_pem + ca.pem)


def _certificate_for_the_bundle(patient: Patient, _: Certified) -> None:
    patient.environment = patient.tool_environment()
    patient.environment["SSL_CERT_FILE"] = str(patient.certificate)


def _deployment_for_the_proxy(patient: Patient, _: Certified) -> None:
    patient.settings["proxy_url"] = patient.deployment.url


FAULTS = (
    Fault(f"tf-helper doctor --proxy-url {PROXY_URL} --access-url {ACCESS_URL}", _replaced_certificate),
    Fault("tf-helper doctor | grep -v ^ok", _certificate_for_the_bundle),
    Fault(f"tf-helper doctor --proxy-url {ACCESS_URL} | grep -v ^ok", _deployment_for_the_proxy),
)


def transcript(fault: Fault, patient: Patient, ca: Certified) -> str:
    """Return what a person sees: the command, and its output with the documentation's addresses, times and digests."""
    fault.inflict(patient, ca)
    _, out = patient.run()
    for real, shown in {
        patient.settings["proxy_url"]: ACCESS_URL if fault is FAULTS[2] else PROXY_URL,
        patient.deployment.url: ACCESS_URL,
        str(patient.bundle): CERT_PATH.replace(".pem", ".bundle.pem"),
        str(patient.certificate): CERT_PATH,
        patient.tunnelled_host: "example.com",
        "it is an address already": "aiproxy.example.com is 10.2.3.4",
    }.items():
        out = out.replace(real, shown)
    out = re.sub(r"port [0-9]+ is open", "port 8888 is open", out)
    out = re.sub(r"[0-9-]{10}T[0-9:]{8}Z", "2036-11-22T08:00:00Z", out)
    digests = dict.fromkeys(re.findall(r"\b[0-9a-f]{64}\b", out))
    for digest, shown in zip(digests, DIGESTS, strict=False):
        out = out.replace(digest, shown)
    if fault.command.endswith("grep -v ^ok"):
        out = "".join(line for line in out.splitlines(keepends=True) if not line.startswith("ok"))
    return f"$ {fault.command}\n{out}"
