"""The way to the proxy, and who answers there."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from tests.doctor.fault import Faults
from tests.doctor.patient import OTHER, PROXY_HOST
from tests.harness.raw_server import closed_port, full_backlog, hang_up, not_http, reset, silent
from tests.sandbox import BLOCKED

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from tests.doctor.patient import Patient
    from tests.harness.raw_server import Talk

FAULTS = Faults()


def name_the_proxy(patient: Patient) -> None:
    patient.name_the_proxy()


def correct_the_scheme(patient: Patient) -> None:
    scheme, _, address = patient.settings["proxy_url"].partition("://")
    patient.settings["proxy_url"] = f"{'http' if scheme == 'https' else 'https'}://{address}"


def enable_a_provider(patient: Patient) -> None:
    patient.proxy.providers["api.openai.com"] = "openai"


def name_the_provider(patient: Patient) -> None:
    patient.hosts["provider_host"] = next(iter(patient.proxy.providers))


@FAULTS("proxy_dns", "proxy_has_no_address", "aiproxy.invalid", cure=name_the_proxy)
def a_name_without_an_address(patient: Patient) -> None:
    patient.settings["proxy_url"] = "http://aiproxy.invalid:8888"


@FAULTS("proxy_tcp", "proxy_not_reached", "connection refused", cure=name_the_proxy)
def a_closed_port(patient: Patient) -> None:
    patient.put_in_place_of_proxy(patient.running.enter_context(closed_port()))


@FAULTS("proxy_tcp", "proxy_not_reached", "no answer")
def a_firewall_that_drops_packets(patient: Patient) -> None:
    patient.be_impatient()
    patient.put_in_place_of_proxy(patient.running.enter_context(full_backlog()))


def resolve_proxy_to(patient: Patient, *addresses: str) -> None:
    """Have the name of the proxy mean these."""
    family, kind = socket.AF_INET, socket.SOCK_STREAM
    found = [(family, kind, 0, "", (address, 0)) for address in addresses]
    look_up = socket.getaddrinfo
    patient.monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *others, **named: found if host == PROXY_HOST else look_up(host, *others, **named),
    )


@FAULTS("proxy_tcp", "proxy_partly_reached", "open at 127.0.0.1, but not at 127.0.0.2: connection refused")
def a_dead_address_of_a_healthy_proxy(patient: Patient) -> None:
    resolve_proxy_to(patient, "127.0.0.2", "127.0.0.1")


@FAULTS("proxy_tcp", "proxy_not_reached", "connection refused")
def thousands_of_dead_addresses(patient: Patient) -> None:
    resolve_proxy_to(patient, *(f"127.1.{number // 250}.{number % 250}" for number in range(1, 4000)))


@FAULTS("proxy_tls", "proxy_tls_plain_http", cure=correct_the_scheme)
def https_for_a_listener_without_tls(patient: Patient) -> None:
    correct_the_scheme(patient)


@FAULTS("connect_without_token", "challenge_over_tls", cure=correct_the_scheme)
def http_for_a_listener_with_tls(patient: Patient) -> None:
    patient.save(patient.company.pem)
    patient.listen_with(patient.listener_certificate())
    correct_the_scheme(patient)


@FAULTS("proxy_tls", "proxy_tls_failed", "no answer to the TLS handshake")
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


for talk, reason in {
    silent: "accepted the connection and did not answer",
    hang_up: "closed the connection without an answer",
    reset: "the connection broke off",
    not_http: "it did not answer in HTTP",
    banner: "it did not answer in HTTP",
    drip: "it did not answer in HTTP",
}.items():

    def something_else(patient: Patient, talk: Talk = talk) -> None:
        patient.be_impatient()
        patient.put_in_place_of_proxy(talk)

    FAULTS.add(
        f"{talk.__name__}: {reason}",
        something_else,
        "connect_without_token",
        "challenge_no_response",
        reason,
        cure=name_the_proxy,
    )


@FAULTS("connect_without_token", "challenge_web_server_accepts", "(200)", warned=("settings",), cure=name_the_proxy)
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


for name, (verdict, words, response) in {
    "another proxy": ("of_another_proxy", 'for "Squid"', answer(407, 'proxy-authenticate: basic realm="Squid"')),
    "a proxy without a realm": ("of_another_proxy", "credentials (407)", answer(407, "Proxy-Authenticate: Negotiate")),
    "an open proxy": ("open_proxy", "(200)", answer(200)),
    "a web server": ("web_server", "405", answer(405)),
    "a web server that answers with a page": (
        "web_server_accepts",
        "(200)",
        answer(200, "Content-Type: text/html"),
    ),
    "a web server without headers": ("web_server_accepts", "(200)", answer(200) + b"<html>"),
    "a firewall that answers": ("forbidden", "(403)", answer(403)),
    "a load balancer without a proxy behind it": ("load_balancer", "503", answer(503)),
    "a load balancer with a broken proxy behind it": ("load_balancer", "502", answer(502)),
}.items():
    inflict = answers(response, with_token=response, other_port=response)
    FAULTS.add(name, inflict, "connect_without_token", f"challenge_{verdict}", words, cure=name_the_proxy)


@FAULTS("connect_without_token", "challenge_open_proxy", cure=name_the_proxy)
def an_open_proxy_that_tries_for_long_to_reach_other_ports(patient: Patient) -> None:
    def talk(connection: socket.socket, closing: threading.Event) -> None:
        if b":443 " not in connection.recv(65536):
            closing.wait()
        connection.sendall(answer(200))

    patient.be_impatient()
    patient.put_in_place_of_proxy(talk, reads_requests=False)


@FAULTS("connect_without_token", "challenge_for_no_host", "api.openai.com", cure=enable_a_provider)
def no_enabled_provider(patient: Patient) -> None:
    patient.proxy.providers.clear()


@FAULTS("connect_without_token", "challenge_for_no_host", "(no answer)", warned=("tunnelled",))
def no_enabled_provider_where_the_proxy_waits_for_a_name_server(patient: Patient) -> None:
    def talk(connection: socket.socket, closing: threading.Event) -> None:
        if b":443 " in connection.recv(65536):
            closing.wait()

    patient.be_impatient()
    patient.put_in_place_of_proxy(talk, reads_requests=False)


@FAULTS(
    "connect_without_token",
    "challenge_for_no_host",
    "(200): api.anthropic.com, api.openai.com",
    cure=name_the_provider,
)
def no_enabled_provider_where_everything_can_be_reached(patient: Patient) -> None:
    patient.replace_proxy(hosts={"*": patient.origin.port}, providers={"ai.example.com": "other"})


for host, reason in {
    OTHER: f"{OTHER} is not intercepted: the proxy tunnels to it",
    BLOCKED: "the proxy refuses it, as it does private addresses (403)",
    "ai.example.com": "the proxy cannot resolve or reach it (502)",
}.items():

    def name_a_provider(patient: Patient, host: str = host) -> None:
        patient.hosts["provider_host"] = host

    FAULTS.add(
        f"named: {reason}",
        name_a_provider,
        "connect_without_token",
        "challenge_not_for_named_host",
        reason,
        cure=name_the_provider,
    )


@FAULTS("connect_with_token", "tunnel_token_refused", warned=("tunnelled",), cure=name_the_proxy)
def another_proxy_that_refuses_the_token(patient: Patient) -> None:
    answers(CHALLENGE, with_token=answer(407, 'Proxy-Authenticate: Basic realm="Squid"'))(patient)


@FAULTS("connect_with_token", "tunnel_refused", "503", warned=("tunnelled",), cure=name_the_proxy)
def a_load_balancer_that_answers_in_between(patient: Patient) -> None:
    answers(CHALLENGE, with_token=answer(503))(patient)


@FAULTS("connect_with_token", "tunnel_broken", "it closed the connection", warned=("tunnelled",), cure=name_the_proxy)
def a_proxy_that_hangs_up_on_the_token(patient: Patient) -> None:
    answers(CHALLENGE)(patient)


@FAULTS("provider", "provider_tunnel_refused", "502", warned=("tunnelled",), cure=name_the_proxy)
def a_proxy_that_changes_its_mind(patient: Patient) -> None:
    opened: list[bool] = []

    def talk(connection: socket.socket, _: object) -> None:
        if b"Proxy-Authorization" not in connection.recv(65536):
            connection.sendall(CHALLENGE)
        else:
            connection.sendall(answer(502 if opened else 200))
            opened.append(True)

    patient.put_in_place_of_proxy(talk, reads_requests=False)


@FAULTS("provider", "provider_tunnel_broken", "the TLS handshake broke off", warned=("tunnelled",), cure=name_the_proxy)
def a_tunnel_without_tls_in_it(patient: Patient) -> None:
    answers(CHALLENGE, with_token=answer(200))(patient)
