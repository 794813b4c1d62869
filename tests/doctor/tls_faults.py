"""Certificates that OpenSSL refuses, on the way to the proxy and in the tunnel, each for a reason of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.doctor.fault import Faults
from tests.doctor.patient import PROVIDER
from tests.harness.certificates import make_certificate, signed_with_sha1

if TYPE_CHECKING:
    from tests.doctor.patient import Patient

FAULTS = Faults()
PROVIDERS = {PROVIDER: "anthropic", "api.openai.com": "openai"}
CLIENT_AUTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
WEAK_KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505


def trust_the_company(patient: Patient) -> None:
    patient.save(patient.company.pem)


def trust_the_listener(patient: Patient) -> None:
    patient.save(patient.listener.pem)


def reissue_for_the_listener(patient: Patient) -> None:
    patient.listen_with(patient.listener_certificate())


def reissue_as_no_ca(patient: Patient) -> None:
    patient.listen_with(patient.listener_certificate(issuer=None))
    trust_the_listener(patient)


def restart_everything(patient: Patient) -> None:
    patient.replace_ca(patient.proxy.ca)


def reissue_the_ca(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA"))


def reissue_by_the_ca(patient: Patient) -> None:
    patient.intercept_with(patient.ca)


# -- The certificate of the proxy's own listener


@FAULTS("proxy_tls", "proxy_tls_unknown_ca", "signed by a CA that is not trusted", cure=trust_the_company)
def a_listener_with_an_unknown_ca(patient: Patient) -> None:
    patient.listen_with(patient.listener_certificate())


@FAULTS("proxy_tls", "proxy_tls_unknown_ca", "self-signed, and not trusted itself", cure=trust_the_listener)
def a_self_signed_listener_that_is_not_given(patient: Patient) -> None:
    patient.listen_with(patient.listener_certificate(issuer=None))


@FAULTS(
    "proxy_tls",
    "proxy_tls_untrusted",
    "for another host name",
    "a name that the certificate is for",
    cure=reissue_for_the_listener,
)
def a_listener_of_another_name(patient: Patient) -> None:
    patient.save(patient.company.pem)
    patient.listen_with(patient.listener_certificate(hosts=["localhost"]))


@FAULTS("proxy_tls", "proxy_tls_untrusted", "for another host name", cure=reissue_for_the_listener)
def a_listener_with_another_common_name_alone(patient: Patient) -> None:
    patient.save(patient.company.pem)
    patient.listen_with(patient.listener_certificate(hosts=[]))


@FAULTS("proxy_tls", "proxy_tls_ca_certificate", cure=reissue_as_no_ca)
def a_listener_with_the_certificate_of_a_ca(patient: Patient) -> None:
    listener = patient.listener_certificate(issuer=None, ca=True, key_usage=False, extensions=())
    patient.save(listener.pem)
    patient.listen_with(listener)


@FAULTS(
    "proxy_tls",
    "warning",
    "refused by Claude Code, Copilot CLI, Node.js, Bun and Python up to 3.12",
    "up to the root to extra_ca_certs_pem",
    cure=trust_the_company,
)
def a_listener_without_its_root(patient: Patient) -> None:
    listener = patient.listener_certificate()
    patient.save(listener.pem)
    patient.listen_with(listener)


# -- The certificate that the proxy shows for a provider


@FAULTS("provider", "provider_other_ca", "signed by a CA that is not trusted", cure=restart_everything)
def a_ca_that_the_deployment_does_not_serve(patient: Patient) -> None:
    patient.replace_proxy(ca=make_certificate("Another CA"))


@FAULTS("provider", "provider_other_ca", cure=restart_everything)
def a_ca_of_the_same_name_with_another_key(patient: Patient) -> None:
    patient.replace_proxy(ca=make_certificate(patient.ca.certificate.subject))


@FAULTS("provider", "provider_other_ca", cure=restart_everything)
def a_saved_ca_that_the_proxy_has_replaced(patient: Patient) -> None:
    del patient.settings["access_url"]
    patient.replace_proxy(ca=make_certificate("New CA"))


@FAULTS("provider", "provider_other_ca", cure=reissue_the_ca)
def an_interceptor_whose_ca_is_saved_as_an_extra_one(patient: Patient) -> None:
    del patient.settings["access_url"]
    patient.save(patient.company.pem)
    patient.replace_proxy(ca=patient.company)


@FAULTS(
    "provider",
    "provider_untrusted",
    "(name constraints)",
    "permitted subtree violation",
    "constraints that permit the host",
    cure=reissue_the_ca,
)
def a_ca_for_another_domain(patient: Patient) -> None:
    only = x509.NameConstraints([x509.DNSName("example.com")], None)
    patient.intercept_with(make_certificate("AI Bridge Proxy CA", extensions=[only]))


@FAULTS("provider", "provider_untrusted", "shows for api.openai.com is", "(name constraints)", cure=reissue_the_ca)
def a_ca_for_one_provider_of_several(patient: Patient) -> None:
    only = x509.NameConstraints([x509.DNSName("anthropic.com")], None)
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", extensions=[only]), providers=PROVIDERS)


@FAULTS("provider", "provider_untrusted", "path length", "pathlen", cure=reissue_by_the_ca)
def a_ca_that_may_have_no_ca_below_it(patient: Patient) -> None:
    ca = make_certificate("AI Bridge Proxy CA", path_length=0)
    patient.intercept_with(ca, make_certificate("Intermediate", issuer=ca))


@FAULTS("provider", "provider_untrusted", "extendedKeyUsage)", "serverAuth", cure=reissue_by_the_ca)
def a_certificate_for_clients_only(patient: Patient) -> None:
    patient.intercept_with(patient.ca, extensions=[CLIENT_AUTH])


@FAULTS("provider", "provider_untrusted", "the key of a CA in the chain is too weak", "2048 bits", cure=reissue_the_ca)
def a_ca_with_a_weak_key(patient: Patient) -> None:
    patient.intercept_with(make_certificate("AI Bridge Proxy CA", key=WEAK_KEY))


@FAULTS("provider", "provider_untrusted", "its key is too weak", "2048 bits", cure=reissue_by_the_ca)
def a_certificate_with_a_weak_key(patient: Patient) -> None:
    patient.intercept_with(patient.ca, key=WEAK_KEY)


@FAULTS("provider", "provider_untrusted", "signed with SHA-1", "SHA-256", cure=reissue_by_the_ca)
def a_certificate_signed_with_sha_1(patient: Patient) -> None:
    ca = make_certificate("AI Bridge Proxy CA", key=rsa.generate_private_key(65537, 2048))
    patient.intercept_with(ca, leaf=signed_with_sha1(ca, PROVIDER))


@FAULTS(
    "provider", "provider_untrusted", "expired, or a CA in the chain is", "this machine's clock", cure=reissue_by_the_ca
)
def a_certificate_that_the_proxy_has_kept_for_over_a_year(patient: Patient) -> None:
    patient.intercept_with(patient.ca, from_day=-400, to_day=-1)


@FAULTS(
    "provider",
    "provider_untrusted",
    "for another host name",
    "a name that the certificate is for",
    cure=reissue_by_the_ca,
)
def a_certificate_for_another_host(patient: Patient) -> None:
    patient.intercept_with(patient.ca, hosts=["api.openai.com"])


@FAULTS("provider", "provider_untrusted", "not a CA's", "CA:TRUE", cure=reissue_by_the_ca)
def an_intermediate_that_is_not_a_ca(patient: Patient) -> None:
    patient.intercept_with(patient.ca, make_certificate("Intermediate", issuer=patient.ca, ca=False))
