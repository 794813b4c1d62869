"""What doctor says of typical faults, for the documentation: real findings, with the documentation's addresses."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tests.doctor.deployment_faults import certificate, with_tls
from tests.doctor.file_faults import the_certificate_of_an_earlier_ca
from tests.doctor.patient import OTHER, PROXY_HOST
from tf_helper.doctor.finding import Finding
from tf_helper.doctor.report import as_text
from tf_helper.doctor.runner import Examined
from tf_helper.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doctor.patient import Patient

ACCESS_URL = "https://coder.example.com"
CERT_PATH = "/tmp/aibridge-proxy/ca-cert.pem"
DIGESTS = ("5f0c7d1b" * 8, "a3e941f6" * 8)
COLUMNS = "100"


class Transcript(NamedTuple):
    """A typical fault: how it comes about, and the settings that the command in the documentation gives."""

    inflict: Callable[[Patient], object]
    proxy_url: str
    settings: tuple[str, ...] = ()


def the_certificate_for_the_bundle(patient: Patient) -> None:
    patient.become_tool(SSL_CERT_FILE=str(patient.certificate))


def the_deployment_with_tls_for_the_proxy(patient: Patient) -> None:
    with_tls(partial(certificate), patient)
    patient.settings["proxy_url"] = patient.settings["access_url"]


PROXY_URL = f"http://{PROXY_HOST}:8888"
TRANSCRIPTS = (
    Transcript(the_certificate_of_an_earlier_ca, PROXY_URL, ("proxy_url", "access_url")),
    Transcript(the_certificate_for_the_bundle, PROXY_URL),
    Transcript(the_deployment_with_tls_for_the_proxy, ACCESS_URL, ("proxy_url",)),
)


def shown(transcript: Transcript, patient: Patient) -> str:
    """Return what a person sees in a terminal: the command and its output."""
    transcript.inflict(patient)
    _, out = patient.run("--json")
    out = generalized(out, patient, transcript.proxy_url)
    values = {"proxy_url": transcript.proxy_url, "access_url": ACCESS_URL}
    options = [f"--{name.replace('_', '-')} {values[name]}" for name in transcript.settings]
    return f"$ {' '.join(['tf-helper doctor', *options])}\n{_rendered(out, patient)}"


def generalized(out: str, patient: Patient, proxy_url: str) -> str:
    """Return what doctor said, with the addresses, paths, digests and dates that the documentation has."""
    host, _, port = proxy_url.partition("//")[2].partition(":")
    real_port = patient.settings["proxy_url"].rpartition(":")[2]
    for real, text in {
        patient.settings["proxy_url"]: proxy_url,
        patient.settings.get("access_url", ACCESS_URL): ACCESS_URL,
        str(patient.bundle): CERT_PATH.replace(".pem", ".bundle.pem"),
        str(patient.certificate): CERT_PATH,
        str(patient.directory): "/etc/ssl/certs",
        f"port {real_port}": f"port {port or '443'}",
        OTHER: "example.com",
        "it is an address already": f"{host} is 10.2.3.4",
        "127.0.0.1": "10.2.3.4",
    }.items():
        out = out.replace(real, text)
    out = re.sub(r"[0-9-]{10}T[0-9:]{8}Z", "2036-11-22T08:00:00Z", out)
    for digest, text in zip(dict.fromkeys(re.findall(r"\b[0-9a-f]{64}\b", out)), DIGESTS, strict=False):
        out = out.replace(digest, text)
    return out


def _rendered(report: str, patient: Patient) -> str:
    patient.monkeypatch.setenv("COLUMNS", COLUMNS)
    as_text(
        Examined(step["name"], step["title"], Finding(step["status"], Problem(step["seen"], step["advice"])))
        for step in json.loads(report)["steps"]
    )
    return patient.capsys.readouterr().out
