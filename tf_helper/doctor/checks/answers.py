"""What a proxy answers to CONNECT without credentials for the hosts of AI providers."""

import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from time import monotonic
from typing import NamedTuple

from tf_helper.doctor.context import Context
from tf_helper.doctor.tunnel import (
    HTTPS_PORT,
    ConnectAnswer,
    ConnectionFailed,
    NoAnswer,
    Silence,
    connection_as_configured,
    send_connect,
)

# "Coder AI Bridge Proxy" at the time of writing; the product has been renamed to AI Gateway since.
_REALM = "Coder AI"

# The proxy closes connections to other ports without an answer.
_CLOSED_PORT = HTTPS_PORT + 1

# All hosts are asked at once: a proxy may take long to reach one that it does not intercept. A challenge is immediate.
_ANSWERS_SECONDS = 3.5
_MORE_CHALLENGES_SECONDS = 1


class Answers(NamedTuple):
    """What was answered for each host, and the reasons why others have no answer."""

    heard: Mapping[str, ConnectAnswer]
    failures: Mapping[str, ConnectionFailed]

    @property
    def statuses(self) -> set[int]:
        """The statuses of all answers."""
        return {answer.status for answer in self.heard.values()}

    @property
    def silent(self) -> bool:
        """Whether the proxy kept all connections open, and said nothing."""
        return not self.heard and all(isinstance(failure, Silence) for failure in self.failures.values())

    @property
    def challenged(self) -> tuple[str, ...]:
        """The hosts for which the proxy asks for the token."""
        return tuple(host for host, answer in self.heard.items() if _is_challenge(answer))

    @classmethod
    def collect(cls, context: Context) -> "Answers":
        """Ask for a tunnel to each of the context's hosts."""
        outcomes: queue.SimpleQueue[tuple[str, ConnectAnswer | ConnectionFailed]] = queue.SimpleQueue()

        def ask(host: str) -> None:
            outcomes.put((host, _ask(context, host)))

        for host in context.provider_hosts:
            threading.Thread(target=ask, args=(host,), daemon=True).start()
        end = monotonic() + _ANSWERS_SECONDS
        found: dict[str, ConnectAnswer | ConnectionFailed] = {}
        with suppress(queue.Empty):
            while len(found) < len(context.provider_hosts):
                host, outcome = outcomes.get(timeout=max(end - monotonic(), 0))
                found[host] = outcome
                if _is_challenge(outcome):
                    end = min(end, monotonic() + _MORE_CHALLENGES_SECONDS)
        silence = Silence("it accepted the connection and did not answer")
        in_order = {host: found.get(host, silence) for host in context.provider_hosts}
        return cls(
            {host: answer for host, answer in in_order.items() if isinstance(answer, ConnectAnswer)},
            {host: error for host, error in in_order.items() if isinstance(error, ConnectionFailed)},
        )


def _ask(context: Context, host: str, port: int = HTTPS_PORT) -> ConnectAnswer | ConnectionFailed:
    try:
        with connection_as_configured(context) as stream:
            return send_connect(stream, host, port=port)
    except ConnectionFailed as error:
        return error


def closes_other_ports(context: Context) -> bool:
    """Tell whether the proxy closes the connection without an answer when it is asked for another port."""
    answer = _ask(context, context.provider_hosts[0], _CLOSED_PORT)
    return isinstance(answer, NoAnswer) and not isinstance(answer, Silence)


def _is_challenge(answer: ConnectAnswer | ConnectionFailed) -> bool:
    if isinstance(answer, ConnectionFailed):
        return False
    return answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED and answer.realm.startswith(_REALM)
