"""The way to the proxy, and who answers there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.doctor.fault import Faults
from tests.doctor.patient import OTHER, PROVIDER
from tests.harness.raw_server import closed_port, full_backlog, hang_up, not_http, reset, silent
from tests.sandbox import BLOCKED

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable

    from tests.doctor.patient import Patient
    from tests.harness.raw_server import Talk

FAULTS = Faults()


@FAULTS.fails("proxy_dns", "aiproxy.invalid has no address", "check the host in proxy_url")
def a_name_without_an_address(patient: Patient) -> None:
    patient.settings["proxy_url"] = "http://aiproxy.invalid:8888"


@FAULTS.fails("proxy_tcp", "connection refused", "8888", "that the proxy is enabled")
def a_closed_port(patient: Patient) -> None:
    patient.put_in_place_of_proxy(patient.running.enter_context(closed_port()))


@FAULTS.fails("proxy_tcp", "no answer", "firewalls")
def a_firewall_that_drops_packets(patient: Patient) -> None:
    patient.be_impatient()
    patient.put_in_place_of_proxy(patient.running.enter_context(full_backlog()))


@FAULTS.fails("proxy_tls", "speaks plain HTTP, not TLS", "write http:// in proxy_url")
def https_for_a_listener_without_tls(patient: Patient) -> None:
    patient.settings["proxy_url"] = patient.settings["proxy_url"].replace("http:", "https:")


@FAULTS.fails("connect_without_token", "speaks TLS, not plain HTTP", "write https:// in proxy_url")
def http_for_a_listener_with_tls(patient: Patient) -> None:
    patient.listen_with(patient.listener_certificate())
    patient.settings["proxy_url"] = patient.settings["proxy_url"].replace("https:", "http:")


@FAULTS.fails("proxy_tls", "no answer to the TLS handshake", "check what listens there")
def a_listener_that_does_not_shake_hands(patient: Patient) -> None:
    patient.be_impatient()
    patient.put_in_place_of_proxy(silent, scheme="https")


def banner(connection: socket.socket, closing: threading.Event) -> None:
    """Say in another protocol who is there, and wait."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
    closing.wait()


def drip(connection: socket.socket, closing: threading.Event) -> None:
    """Answer byte by byte, without end."""
    while not closing.wait(0.1):
        connection.sendall(b"H")


@FAULTS.fails("connect_without_token", "accepted the connection and did not answer", "check what listens there")
def something_silent(patient: Patient) -> None:
    patient.be_impatient()
    patient.put_in_place_of_proxy(silent)


for talk, seen in {
    hang_up: "closed the connection without an answer",
    reset: "the connection broke off",
    not_http: "it did not answer in HTTP",
    banner: "it did not answer in HTTP",
    drip: "it did not answer in HTTP",
}.items():

    def something_else(patient: Patient, talk: Talk = talk) -> None:
        patient.put_in_place_of_proxy(talk)

    something_else.__name__ = f"something else: {talk.__name__}"
    FAULTS.fails("connect_without_token", seen, "check what listens there")(something_else)


@FAULTS.fails(
    "connect_without_token", "404: a web server, not a proxy", "not the deployment", "8888", warned=("settings",)
)
def the_deployment_for_the_proxy(patient: Patient) -> None:
    patient.settings["proxy_url"] = patient.deployment.url


def answer(status: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Whatever", *headers, "", ""]).encode()


CHALLENGE = answer(407, 'Proxy-Authenticate: Basic realm="Coder AI Bridge Proxy"')


def answers(
    without_token: bytes = b"", *, with_token: bytes = b"", other_port: bytes = b""
) -> Callable[[Patient], None]:
    """Replace the proxy by one that answers CONNECT like this and then closes the connection."""

    def talk(connection: socket.socket, _: object) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            received = connection.recv(65536)
            if not received:
                return
            request += received
        if b":443 " not in request:
            connection.sendall(other_port)
        else:
            connection.sendall(with_token if b"Proxy-Authorization" in request else without_token)

    return lambda patient: patient.put_in_place_of_proxy(talk, reads_requests=False)


@FAULTS.fails("connect_without_token", 'credentials for "Squid" (407), as another proxy does', "check that proxy_url")
def another_proxy(patient: Patient) -> None:
    answers(answer(407, 'proxy-authenticate: basic realm="Squid"'))(patient)


@FAULTS.fails("connect_without_token", "it asks for credentials (407), as another proxy does", "check that proxy_url")
def a_proxy_without_a_realm(patient: Patient) -> None:
    answers(answer(407, "Proxy-Authenticate: Negotiate"))(patient)


@FAULTS.fails("connect_without_token", "tunnels for anyone (200): another, open proxy", "without an answer")
def an_open_proxy(patient: Patient) -> None:
    answers(answer(200), with_token=answer(200), other_port=answer(200))(patient)


@FAULTS.fails("connect_without_token", "tunnels for anyone (200): another, open proxy")
def an_open_proxy_that_tries_for_long_to_reach_other_ports(patient: Patient) -> None:
    def talk(connection: socket.socket, closing: threading.Event) -> None:
        if b":443 " not in connection.recv(65536):
            closing.wait()
        connection.sendall(answer(200))

    patient.be_impatient()
    patient.put_in_place_of_proxy(talk, reads_requests=False)


@FAULTS.fails("connect_without_token", "forbids CONNECT (403)", "another proxy, or a firewall", "check that proxy_url")
def a_firewall_that_answers(patient: Patient) -> None:
    answers(answer(403), other_port=answer(403))(patient)


@FAULTS.fails("connect_without_token", "answers CONNECT with 503", "a load balancer perhaps, does not reach it")
def a_load_balancer_without_a_proxy_behind_it(patient: Patient) -> None:
    answers(answer(503), other_port=answer(503))(patient)


@FAULTS.fails("connect_without_token", "answers CONNECT with 502", "a load balancer perhaps, does not reach it")
def a_load_balancer_with_a_broken_proxy_behind_it(patient: Patient) -> None:
    answers(answer(502), other_port=answer(502))(patient)


@FAULTS.fails(
    "connect_without_token", "intercepts none of the hosts", "api.openai.com", "--provider-host", "open proxy"
)
def no_enabled_provider(patient: Patient) -> None:
    patient.proxy.providers.clear()


@FAULTS.fails("connect_without_token", "intercepts none of the hosts", "(no answer)", warned=("tunnelled",))
def no_enabled_provider_where_the_proxy_waits_for_a_name_server(patient: Patient) -> None:
    def talk(connection: socket.socket, closing: threading.Event) -> None:
        if b":443 " in connection.recv(65536):
            closing.wait()

    patient.be_impatient()
    patient.put_in_place_of_proxy(talk, reads_requests=False)


@FAULTS.fails("connect_without_token", "(200): api.anthropic.com, api.openai.com", "enable an AI provider")
def no_enabled_provider_where_everything_can_be_reached(patient: Patient) -> None:
    patient.replace_proxy(hosts={"*": patient.origin.port}, providers={"ai.example.com": "other"})


@FAULTS.fails(
    "connect_without_token", f"{OTHER} is not intercepted: the proxy tunnels to it", f"--provider-host {PROVIDER}"
)
def a_named_provider_that_is_tunnelled(patient: Patient) -> None:
    patient.hosts["provider_host"] = OTHER


@FAULTS.fails(
    "connect_without_token", f"{BLOCKED} is not intercepted: the proxy refuses it", "(403)", "enable its provider"
)
def a_named_provider_at_a_private_address(patient: Patient) -> None:
    patient.hosts["provider_host"] = BLOCKED


@FAULTS.fails(
    "connect_without_token", "ai.example.com is not intercepted", "cannot reach it (502)", "enable its provider"
)
def a_named_provider_that_the_proxy_cannot_resolve(patient: Patient) -> None:
    patient.hosts["provider_host"] = "ai.example.com"


@FAULTS.fails(
    "connect_with_token", "takes any password", "the proxy in front of AI Bridge Proxy", warned=("tunnelled",)
)
def another_proxy_that_refuses_the_token(patient: Patient) -> None:
    answers(CHALLENGE, with_token=answer(407, 'Proxy-Authenticate: Basic realm="Squid"'))(patient)


@FAULTS.fails(
    "connect_with_token", "answered with 503, although the proxy asked", "load balancer", warned=("tunnelled",)
)
def a_load_balancer_that_answers_in_between(patient: Patient) -> None:
    answers(CHALLENGE, with_token=answer(503))(patient)


@FAULTS.fails("connect_with_token", "with the token: it closed the connection", "log", warned=("tunnelled",))
def a_proxy_that_hangs_up_on_the_token(patient: Patient) -> None:
    answers(CHALLENGE)(patient)


@FAULTS.fails("provider", "CONNECT is answered with 502 now", "log", warned=("tunnelled",))
def a_proxy_that_changes_its_mind(patient: Patient) -> None:
    opened: list[bool] = []

    def talk(connection: socket.socket, _: object) -> None:
        if b"Proxy-Authorization" not in connection.recv(65536):
            connection.sendall(CHALLENGE)
        else:
            connection.sendall(answer(502 if opened else 200))
            opened.append(True)

    patient.put_in_place_of_proxy(talk, reads_requests=False)


@FAULTS.fails("provider", "in the tunnel, the TLS handshake broke off", "log", warned=("tunnelled",))
def a_tunnel_without_tls_in_it(patient: Patient) -> None:
    answers(CHALLENGE, with_token=answer(200))(patient)
