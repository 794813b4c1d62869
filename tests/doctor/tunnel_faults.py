"""What is behind the proxy: the gateway, and ordinary hosts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.doctor.fault import Faults
from tests.doctor.patient import OTHER, PROVIDER
from tests.harness.certificates import make_certificate
from tests.harness.deployment import TOKEN
from tests.harness.gateway import Gateway
from tests.harness.origin import Origin
from tests.harness.raw_server import RawServer, closed_port, not_http, says, silent
from tests.sandbox import BLOCKED

if TYPE_CHECKING:
    from tests.doctor.patient import Patient
    from tests.harness.raw_server import Talk

FAULTS = Faults()


@FAULTS("gateway", "gateway_not_reached", "closed the connection without an answer", "$ curl -I http")
def a_gateway_that_cannot_be_reached(patient: Patient) -> None:
    patient.replace_proxy(gateway=patient.running.enter_context(closed_port()))


@FAULTS("gateway", "gateway_not_reached", "closed the connection without an answer")
def a_gateway_whose_certificate_the_proxy_does_not_trust(patient: Patient) -> None:
    gateway = patient.running.enter_context(Gateway(token=TOKEN, authority=trustme.CA()))
    patient.replace_proxy(gateway=gateway.url, gateway_ca=patient.company.pem)


@FAULTS("gateway", "gateway_not_reached", "did not answer")
def a_gateway_that_swallows_everything(patient: Patient) -> None:
    patient.be_impatient()
    del patient.settings["access_url"]
    patient.replace_proxy(gateway=patient.running.enter_context(RawServer(silent)).url)


@FAULTS("gateway", "gateway_not_licensed")
def a_gateway_without_a_license(patient: Patient) -> None:
    patient.gateway.licensed = False


@FAULTS("gateway", "gateway_off")
def a_gateway_that_is_off(patient: Patient) -> None:
    patient.gateway.enabled = False


def answers(status: int) -> Talk:
    return says(b"HTTP/1.1 %d Whatever\r\nContent-Length: 0\r\n\r\n" % status)


for status, verdict in {200: "is_something_else", 302: "is_something_else", 502: "load_balancer"}.items():

    def inflict(patient: Patient, status: int = status) -> None:
        patient.replace_proxy(gateway=patient.running.enter_context(RawServer(answers(status))).url)

    FAULTS.add(f"{status} in place of the gateway", inflict, "gateway", f"gateway_{verdict}", str(status))


@FAULTS("tunnelled", "other_host_refused", BLOCKED, "(403)")
def an_ordinary_host_at_a_private_address(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = BLOCKED


@FAULTS("tunnelled", "other_host_refused", "(502)")
def an_ordinary_host_without_an_address(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = "missing.example.com"


@FAULTS("tunnelled", "other_host_intercepted")
def an_ordinary_host_that_is_intercepted(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = PROVIDER


@FAULTS("tunnelled", "other_host_not_reached", "it does not speak TLS")
def an_ordinary_host_without_tls(patient: Patient) -> None:
    mail = patient.running.enter_context(RawServer(not_http, reads_requests=False))
    patient.replace_proxy(hosts={OTHER: int(mail.url.rpartition(":")[2])})


@FAULTS("tunnelled", "other_host_unknown_ca", "signed by a CA that is not trusted")
def another_interceptor_behind_the_proxy(patient: Patient) -> None:
    origin = patient.running.enter_context(Origin(trustme.CA(), hosts=(OTHER,), pages={}))
    patient.replace_proxy(hosts={OTHER: origin.port})


@FAULTS("tunnelled", "other_host_untrusted", "for another host name", "a name that the certificate is for")
def an_ordinary_host_with_the_certificate_of_another(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = "files.example.com"
    patient.replace_proxy(hosts={"files.example.com": patient.origin.port})


@FAULTS("strict_client", "warning", "Python 3.13", "has no keyUsage", "keyCertSign")
def a_ca_without_key_usage_as_coders_documents_make_it(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", key_usage=False))


@FAULTS("strict_client", "warning", "Node.js", "extra_ca_certs_pem")
def an_intermediate_ca_without_its_root(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", issuer=patient.company))


@FAULTS("strict_client", "warning", "an RSA key whose bits are not a multiple of 8 (2047 bits)", "Codex", "P-256")
def a_ca_with_a_key_that_rustls_does_not_take(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", key=rsa.generate_private_key(65537, 2047)))  # noqa: S505


@FAULTS("strict_client", "warning", "Claude Code", "fingerprint")
def a_ca_whose_own_signature_does_not_verify(patient: Patient) -> None:
    ca = make_certificate("AI Bridge Proxy CA")
    broken = x509.load_der_x509_certificate(ca.der[:-1] + bytes([ca.der[-1] ^ 1]))
    patient.replace_ca(replace(ca, certificate=broken))
