"""What is behind the proxy: the gateway, and ordinary hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.doctor.fault import Faults
from tests.doctor.patient import OTHER, PROVIDER
from tests.harness.certificates import SERVER_AUTH, make_certificate, server_context, with_broken_signature
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.gateway import PREFIX, Gateway
from tests.harness.raw_server import RawServer, closed_port, not_http, says, silent
from tests.sandbox import BLOCKED

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable

    from tests.doctor.patient import Patient
    from tests.harness.certificates import Certified
    from tests.harness.gateway import Fault as GatewayFault
    from tests.harness.raw_server import Talk

FAULTS = Faults()
PROVIDERS = {PROVIDER: "anthropic", "api.openai.com": "openai"}
RSA = rsa.generate_private_key(65537, 2048)


def target_the_gateway(patient: Patient) -> None:
    patient.replace_proxy()


def name_another_host(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = OTHER


def reissue_the_ca(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA"))


@FAULTS(
    "gateway",
    "gateway_not_reached",
    "closed the connection without an answer",
    "$ curl -I http",
    cure=target_the_gateway,
)
def a_gateway_that_cannot_be_reached(patient: Patient) -> None:
    patient.replace_proxy(gateway=patient.running.enter_context(closed_port()))


@FAULTS("gateway", "gateway_not_reached", "closed the connection without an answer", cure=target_the_gateway)
def a_gateway_whose_certificate_the_proxy_does_not_trust(patient: Patient) -> None:
    gateway = patient.running.enter_context(Gateway(token=TOKEN, authority=trustme.CA()))
    patient.replace_proxy(gateway=gateway.url, gateway_ca=patient.company.pem)


@FAULTS("gateway", "gateway_not_reached", "did not answer", cure=target_the_gateway)
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

    def mend(patient: Patient) -> None:
        patient.gateway.faults.clear()

    name = f"a gateway with the fault {fault}"
    FAULTS.add(name, inflict_on_gateway, "gateway", f"gateway_{verdict}", *words, cure=mend)


def to_key(
    reply: Callable[[bytes], tuple[int, bytes]], *, missing: int = 0, ends: bool = True
) -> Callable[[Patient], None]:
    """Put something in the place of the gateway that answers like it, and to requests with a key as `reply` says.

    Of that `missing` bytes are missing, after which it closes the connection, or not.
    """

    def talk(connection: socket.socket, closing: threading.Event) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += connection.recv(65536)
        has_key = b"uthorization:" in request
        status, text = reply(request) if has_key else (400, b"no authentication key provided\n")
        length = len(text) + missing * has_key
        connection.sendall(b"HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n\r\n%b" % (status, length, text))
        if has_key and not ends:
            closing.wait()

    def inflict(patient: Patient) -> None:
        gateway = patient.running.enter_context(RawServer(talk, reads_requests=False))
        patient.replace_proxy(gateway=gateway.url, providers=PROVIDERS)

    return inflict


def of_openai(request: bytes) -> tuple[int, bytes]:
    return (503, b"provider_disabled: openai") if b"GET /openai/" in request else (404, b"route not supported: /")


def echo(request: bytes) -> tuple[int, bytes]:
    return 401, request.partition(b"uthorization: ")[2]


MANY_WORDS = " ".join(["conflict"] * 20)
REPLIES: dict[str, tuple[str, str, Callable[[bytes], tuple[int, bytes]]]] = {
    "bring your own key off": ("own_keys_off", "BYOK", lambda _: (403, b'{"message": "Bring Your Own Key (BYOK)"}')),
    "a refusal of another kind": ("request_refused", '(409): "conflict"', lambda _: (409, b"conflict")),
    "a gateway that echoes the key": ("request_refused", "Bearer ***", echo),
    "a refusal in many words": ("request_refused", f'(409): "{MANY_WORDS}"', lambda _: (409, MANY_WORDS.encode())),
    "a refusal after blank lines": (
        "budget_exceeded",
        '(403): "AI budget exceeded"',
        lambda _: (403, b"\n \nAI budget exceeded\n"),
    ),
    "one disabled provider of several": ("provider_disabled", "provider of api.openai.com (503)", of_openai),
}
for name, (verdict, said, reply) in REPLIES.items():
    FAULTS.add(name, to_key(reply), "gateway", f"gateway_{verdict}", said, cure=target_the_gateway)


def over_budget(_: bytes) -> tuple[int, bytes]:
    return 403, b"AI budget of US$10.00 exceeded."


@FAULTS("gateway", "gateway_budget_exceeded", "AI budget of US$10.00 exceeded", cure=target_the_gateway)
def a_refusal_that_breaks_off(patient: Patient) -> None:
    to_key(over_budget, missing=100)(patient)


@FAULTS("gateway", "gateway_budget_exceeded", "AI budget of US$10.00 exceeded", cure=target_the_gateway)
def a_refusal_without_an_end(patient: Patient) -> None:
    patient.be_impatient()
    to_key(over_budget, missing=100, ends=False)(patient)


@FAULTS("gateway", "gateway_budget_exceeded", "for api.openai.com (403)", also=("provider",))
def one_provider_with_another_ca_and_one_that_the_gateway_refuses(patient: Patient) -> None:
    leaf = make_certificate("leaf", issuer=patient.company, ca=False, hosts=[PROVIDER], extensions=[SERVER_AUTH])
    certificates = {PROVIDER: server_context(leaf, patient.company)}
    patient.replace_proxy(certificates=certificates, providers=PROVIDERS)
    patient.gateway.faults.add("budget")


@FAULTS("gateway", "gateway_token_refused", '"unauthorized"', cure=target_the_gateway)
def a_gateway_that_does_not_know_the_token(patient: Patient) -> None:
    gateway = patient.running.enter_context(Gateway(token="another"))
    patient.replace_proxy(gateway=gateway.url)


@FAULTS(
    "gateway",
    "gateway_is_something_else",
    "(400)",
    "plain HTTP to a TLS port",
    "CODER_AI_GATEWAY_PROXY_TARGET",
    cure=target_the_gateway,
)
def plain_http_to_the_gateways_tls_port(patient: Patient) -> None:
    gateway = patient.running.enter_context(Gateway(token=TOKEN, authority=trustme.CA()))
    patient.replace_proxy(gateway=gateway.url.replace("https:", "http:"))


@FAULTS("gateway", "gateway_is_something_else", "(200)", "CODER_AI_GATEWAY_PROXY_TARGET", cure=target_the_gateway)
def a_target_without_its_path(patient: Patient) -> None:
    patient.replace_proxy(gateway=patient.gateway.url.removesuffix(PREFIX))


def disable_the_provider(patient: Patient) -> None:
    del patient.proxy.providers["chatgpt.com"]


@FAULTS(
    "gateway",
    "gateway_serves_other_paths",
    "chatgpt.com: requests reach",
    "Codex",
    "disable this provider",
    cure=disable_the_provider,
)
def a_provider_whose_own_paths_the_gateway_does_not_serve(patient: Patient) -> None:
    patient.proxy.providers["chatgpt.com"] = "chatgpt"


def answers(status: int) -> Talk:
    return says(b"HTTP/1.1 %d Whatever\r\nContent-Length: 5000\r\n\r\n%b" % (status, b"x" * 5000))


for status, verdict in {200: "is_something_else", 302: "is_something_else", 502: "load_balancer"}.items():

    def inflict(patient: Patient, status: int = status) -> None:
        patient.replace_proxy(gateway=patient.running.enter_context(RawServer(answers(status))).url)

    FAULTS.add(
        f"{status} in place of the gateway",
        inflict,
        "gateway",
        f"gateway_{verdict}",
        str(status),
        cure=target_the_gateway,
    )


@FAULTS("tunnelled", "other_host_refused", BLOCKED, "(403)", cure=name_another_host)
def an_ordinary_host_at_a_private_address(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = BLOCKED


@FAULTS("tunnelled", "other_host_refused", "(502)", cure=name_another_host)
def an_ordinary_host_without_an_address(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = "missing.example.com"


@FAULTS("tunnelled", "other_host_intercepted", cure=name_another_host)
def an_ordinary_host_that_is_intercepted(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = PROVIDER


@FAULTS("tunnelled", "other_host_not_reached", "it does not speak TLS")
def an_ordinary_host_without_tls(patient: Patient) -> None:
    mail = patient.running.enter_context(RawServer(not_http, reads_requests=False))
    patient.replace_proxy(hosts={OTHER: int(mail.url.rpartition(":")[2])})


INSPECTION = make_certificate("Inspection")


def inspect_with(ca: Certified, patient: Patient, *, identifiers: bool = True) -> None:
    """Have something behind the proxy intercept other hosts, with a CA."""
    usual = {"ca": False, "hosts": [OTHER], "extensions": [SERVER_AUTH]}
    leaf = make_certificate("leaf", issuer=ca, identifiers=identifiers, **usual)  # type: ignore[arg-type]
    inspector = Deployment(token=TOKEN, ca_cert_pem="", certificate=leaf)
    port = int(patient.running.enter_context(inspector).url.rpartition(":")[2])
    patient.replace_proxy(hosts={OTHER: port})


def trust_inspection(patient: Patient) -> None:
    patient.save(INSPECTION.pem)


@FAULTS("tunnelled", "other_host_unknown_ca", "signed by a CA that is not trusted", cure=trust_inspection)
def another_interceptor_behind_the_proxy(patient: Patient) -> None:
    inspect_with(INSPECTION, patient)


def reissue_inspection(patient: Patient) -> None:
    trust_inspection(patient)
    inspect_with(INSPECTION, patient)


def save_company_as_well(patient: Patient) -> None:
    patient.save(patient.settings["extra_ca_certs_pem"], patient.company.pem)


@FAULTS("tunnelled", "warning", f"of {OTHER} is refused by Python 3.13", "keyCertSign", cure=reissue_inspection)
def an_interceptor_behind_the_proxy_without_key_usage(patient: Patient) -> None:
    ca = make_certificate("Inspection", key_usage=False)
    patient.save(ca.pem)
    inspect_with(ca, patient)


@FAULTS("tunnelled", "warning", "identifier is missing", "CA that signed it a subject key", cure=reissue_inspection)
def an_interceptor_behind_the_proxy_without_key_identifiers(patient: Patient) -> None:
    ca = make_certificate("Inspection", identifiers=False)
    patient.save(ca.pem)
    inspect_with(ca, patient, identifiers=False)


@FAULTS(
    "tunnelled",
    "warning",
    f"of {OTHER} is refused by Claude Code, Copilot CLI, Node.js, Bun and Python up to 3.12",
    "extra_ca_certs_pem",
    also=("settings",),
    cure=save_company_as_well,
)
def an_interceptor_behind_the_proxy_without_its_root(patient: Patient) -> None:
    ca = make_certificate("Inspection", issuer=patient.company)
    patient.save(ca.pem)
    inspect_with(ca, patient)


@FAULTS("tunnelled", "other_host_untrusted", "for another host name", "a name that the certificate is for")
def an_ordinary_host_with_the_certificate_of_another(patient: Patient) -> None:
    patient.hosts["tunnelled_host"] = "files.example.com"
    patient.replace_proxy(hosts={"files.example.com": patient.origin.port})


@FAULTS(
    "strict_client",
    "warning",
    "refused by Claude Code, Copilot CLI, Node.js, Bun and Python up to 3.12",
    "extra_ca_certs_pem",
    cure=save_company_as_well,
)
def an_intermediate_ca_without_its_root(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", issuer=patient.company))


def only(*parts: x509.GeneralName) -> x509.NameConstraints:
    return x509.NameConstraints(list(parts), None)


for name, (tools, advice, make) in {
    "a CA without keyUsage, as Coder's documents make it": (
        "has no keyUsage; refused by Python 3.13",
        "keyCertSign",
        lambda: make_certificate("CA", key_usage=False),
    ),
    "a CA without subject key identifier": (
        "has no subjectKeyIdentifier; refused by Python 3.13",
        "reissue it with a subjectKeyIdentifier",
        lambda: make_certificate("CA", identifiers=False),
    ),
    "a CA of 2047 bits": (
        "(2047 bits); refused by Codex, Deno and uv",
        "3072 bits",
        lambda: make_certificate("CA", key=rsa.generate_private_key(65537, 2047)),  # noqa: S505
    ),
    "a CA with P-224": (
        "on the curve P-224; refused by Codex",
        "P-256",
        lambda: make_certificate("CA", key=ec.generate_private_key(ec.SECP224R1())),
    ),
    "a CA for a domain with a dot": (
        "refused by uv",
        "does not begin with a dot",
        lambda: make_certificate("CA", extensions=[only(x509.DNSName(".anthropic.com"))]),
    ),
    "a CA with policyConstraints": (
        "has policyConstraints; refused by Bun",
        "without policyConstraints",
        lambda: make_certificate("CA", extensions=[x509.PolicyConstraints(None, 0)]),
    ),
    "an RSA CA whose own signature is broken": (
        "self-signature that does not verify; refused by Claude Code",
        "fingerprint",
        lambda: with_broken_signature(make_certificate("CA", key=RSA)),
    ),
    "an ECDSA CA whose own signature is broken": (
        "refused by Claude Code",
        "fingerprint",
        lambda: with_broken_signature(make_certificate("CA")),
    ),
}.items():

    def replace(patient: Patient, make: Callable[[], Certified] = make) -> None:
        patient.replace_ca(make())

    FAULTS.add(name, replace, "strict_client", "warning", tools, advice, cure=reissue_the_ca)
