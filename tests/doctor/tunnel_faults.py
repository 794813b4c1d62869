"""What is behind the proxy: the gateway, and ordinary hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import trustme

from tests.doctor.fault import Faults
from tests.doctor.patient import OTHER, PROVIDER
from tests.harness.certificates import make_certificate
from tests.harness.deployment import TOKEN
from tests.harness.gateway import PREFIX, Gateway
from tests.harness.origin import Origin
from tests.harness.raw_server import RawServer, closed_port, not_http, says, silent
from tests.sandbox import BLOCKED

if TYPE_CHECKING:
    from tests.doctor.patient import Patient
    from tests.harness.gateway import Fault as GatewayFault
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


# What the gateway says of a user's requests, in its own words, and where it says so only to one with the key.
for fault, verdict, *words in (
    ("license", "not_licensed", "Premium feature"),
    ("off", "off", "not mounted"),
    ("budget", "budget_exceeded", "AI budget of US$10.00 exceeded", "raise the AI budget"),
    ("rate limit", "rate_limited", "rate limited", "CODER_AI_GATEWAY_RATE_LIMIT"),
    ("capacity", "at_capacity", "at capacity", "CODER_AI_GATEWAY_MAX_CONCURRENCY"),
    ("coderd", "without_coderd", "could not connect to coderd"),
    ("disabled", "provider_disabled", "provider_disabled: AI provider"),
):

    def inflict_on_gateway(patient: Patient, fault: str = fault) -> None:
        patient.gateway.faults.add(cast("GatewayFault", fault))

    FAULTS.add(f"a gateway with the fault {fault}", inflict_on_gateway, "gateway", f"gateway_{verdict}", *words)


@FAULTS("gateway", "gateway_token_refused", '"unauthorized"')
def a_gateway_that_does_not_know_the_token(patient: Patient) -> None:
    gateway = patient.running.enter_context(Gateway(token="another"))
    patient.replace_proxy(gateway=gateway.url)


@FAULTS("gateway", "gateway_is_something_else", "(400)", "plain HTTP to a TLS port", "CODER_AI_GATEWAY_PROXY_TARGET")
def plain_http_to_the_gateways_tls_port(patient: Patient) -> None:
    gateway = patient.running.enter_context(Gateway(token=TOKEN, authority=trustme.CA()))
    patient.replace_proxy(gateway=gateway.url.replace("https:", "http:"))


@FAULTS("gateway", "gateway_is_something_else", "(200)", "CODER_AI_GATEWAY_PROXY_TARGET")
def a_target_without_its_path(patient: Patient) -> None:
    patient.replace_proxy(gateway=patient.gateway.url.removesuffix(PREFIX))


@FAULTS("gateway", "gateway_serves_other_paths", "chatgpt.com: requests reach", "Codex", "disable this provider")
def a_provider_whose_own_paths_the_gateway_does_not_serve(patient: Patient) -> None:
    patient.proxy.providers["chatgpt.com"] = "chatgpt"


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
