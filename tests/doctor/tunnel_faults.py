"""What is behind the proxy: the gateway, and ordinary hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trustme

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


@FAULTS.fails("gateway", "closed the connection without an answer", "CODER_AI_GATEWAY_PROXY_TARGET", "$ curl -I http")
def a_gateway_that_cannot_be_reached(patient: Patient) -> None:
    patient.replace_proxy(gateway=patient.running.enter_context(closed_port()))


@FAULTS.fails("gateway", "closed the connection without an answer", "TLS certificate is trusted", "company's CA")
def a_gateway_whose_certificate_the_proxy_does_not_trust(patient: Patient) -> None:
    gateway = patient.running.enter_context(Gateway(token=TOKEN, authority=trustme.CA()))
    patient.replace_proxy(gateway=gateway.url, gateway_ca=patient.company.pem)


@FAULTS.fails("gateway", "did not answer", "CODER_AI_GATEWAY_PROXY_TARGET")
def a_gateway_that_swallows_everything(patient: Patient) -> None:
    patient.be_impatient()
    del patient.settings["access_url"]
    patient.replace_proxy(gateway=patient.running.enter_context(RawServer(silent)).url)


@FAULTS.fails("gateway", "(403): it is not licensed", "license")
def a_gateway_without_a_license(patient: Patient) -> None:
    patient.gateway.faults.add("license")


@FAULTS.fails("gateway", "is not enabled (404)", "CODER_AI_GATEWAY_ENABLED=true")
def a_gateway_that_is_off(patient: Patient) -> None:
    patient.gateway.faults.add("off")


def answers(status: int) -> Talk:
    return says(b"HTTP/1.1 %d Whatever\r\nContent-Length: 0\r\n\r\n" % status)


for status, said in {
    200: ("is not the gateway (200)", "login page", "/api/v2/aibridge"),
    302: ("is not the gateway (302)", "redirect"),
    502: ("answers with 502", "load balancer"),
}.items():

    def inflict(patient: Patient, status: int = status) -> None:
        patient.replace_proxy(gateway=patient.running.enter_context(RawServer(answers(status))).url)

    inflict.__name__ = f"an answer of {status} in place of the gateway"
    FAULTS.fails("gateway", *said)(inflict)


@FAULTS.warns("tunnelled", f"{BLOCKED} is not reached", "(403)", "--tunnelled-host", "no_proxy")
def an_ordinary_host_at_a_private_address(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = BLOCKED


@FAULTS.warns("tunnelled", "missing.example.com is not reached", "(502)", "--tunnelled-host")
def an_ordinary_host_without_an_address(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = "missing.example.com"


@FAULTS.warns("tunnelled", f"{PROVIDER} is intercepted, not tunnelled", "--tunnelled-host")
def an_ordinary_host_that_is_intercepted(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = PROVIDER


@FAULTS.warns("tunnelled", "is not reached: it does not speak TLS", "--tunnelled-host")
def an_ordinary_host_without_tls(patient: Patient) -> None:
    mail = patient.running.enter_context(RawServer(not_http, reads_requests=False))
    patient.replace_proxy(hosts={OTHER: int(mail.url.rpartition(":")[2])})


@FAULTS.fails("tunnelled", "signed by a CA that is not trusted", "something behind the proxy intercepts")
def another_interceptor_behind_the_proxy(patient: Patient) -> None:
    origin = patient.running.enter_context(Origin(trustme.CA(), hosts=(OTHER,), pages={}))
    patient.replace_proxy(hosts={OTHER: origin.port})


@FAULTS.fails("tunnelled", "for another host name", "a name that the certificate is for")
def an_ordinary_host_with_the_certificate_of_another(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = "files.example.com"
    patient.replace_proxy(hosts={"files.example.com": patient.origin.port})


@FAULTS.warns("strict_client", "Python 3.13", "has no keyUsage", "keyCertSign")
def a_ca_without_key_usage_as_coders_documents_make_it(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", key_usage=False))


@FAULTS.warns("strict_client", "Node.js", "extra_ca_certs_pem")
def an_intermediate_ca_without_its_root(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", issuer=patient.company))
