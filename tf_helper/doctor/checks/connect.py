"""CONNECT: whether the proxy asks for the token where it intercepts, and takes it."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from tf_helper.doctor.checks.base_urls import base_url_hosts
from tf_helper.doctor.checks.responses import ConnectResponses
from tf_helper.doctor.context import Context, Known
from tf_helper.doctor.finding import Finding
from tf_helper.doctor.tunnel import ConnectionFailed, connection_as_configured, send_connect
from tf_helper.doctor.verdicts import Condition, first_match, verdict
from tf_helper.errors import quoted

# What the proxy itself answers to CONNECT without credentials, where it does not intercept.
_OF_A_PROXY = {HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_GATEWAY}

# Who answers at proxy_url? AI Bridge Proxy is known by its challenge.
_WHO_ANSWERS: Sequence[tuple[str, Condition[ConnectResponses]]] = (
    ("challenge_not_for_named_host", lambda r: r.challenged and r.context.provider_host not in {"", *r.challenged}),
    ("challenge_expected", lambda r: r.challenged),
    ("challenge_of_another_proxy", lambda r: HTTPStatus.PROXY_AUTHENTICATION_REQUIRED in r.statuses),
    ("challenge_over_tls", lambda r: r.speaks_tls),
    ("challenge_web_server_accepts", lambda r: r.is_web_server),
    (
        "challenge_for_no_host",
        lambda r: (r.timed_out or (r.statuses and r.statuses <= _OF_A_PROXY)) and r.closes_other_ports,
    ),
    ("challenge_no_response", lambda r: not r.statuses),
    ("challenge_open_proxy", lambda r: r.opened),
    ("challenge_forbidden", lambda r: HTTPStatus.FORBIDDEN in r.statuses),
    ("challenge_load_balancer", lambda r: max(r.statuses) >= HTTPStatus.INTERNAL_SERVER_ERROR),
    ("challenge_web_server", lambda _: True),
)

# They are about hosts, not about the proxy.
_NOT_BLOCKING = {"challenge_not_for_named_host", "challenge_for_no_host"}


def connect_without_token(context: Context) -> Finding:
    """Ask for tunnels to providers' hosts without credentials."""
    in_workspace = Known(base_url_hosts=base_url_hosts(context)) if context.in_workspace else Known()
    context = replace(context, known=context.known.updated(in_workspace))
    responses = ConnectResponses(context)
    name = first_match(_WHO_ANSWERS, responses)
    host = context.provider_host
    finding = verdict(
        name,
        host=host,
        hosts=", ".join(responses.challenged or context.hosts_to_ask),
        statuses=", ".join(map(str, sorted(responses.statuses))) or "no answer",
        realm=_realm(responses),
        reason=responses.reason(host or context.provider_hosts[0]),
    )
    return finding._replace(
        known=replace(in_workspace, intercepted=responses.challenged, not_intercepted=responses.others),
        blocks_later_steps=name not in _NOT_BLOCKING,
    )


def connect_with_token(context: Context) -> Finding:
    """Ask for a tunnel with the token, which the proxy does not check yet."""
    if not context.known.intercepted:
        return verdict("provider_none")
    host = context.known.intercepted[0]
    try:
        with connection_as_configured(context) as stream:
            response = send_connect(stream, host, token=context.token)
    except ConnectionFailed as error:
        return verdict("tunnel_broken", host=host, reason=error)
    if response.opened:
        return verdict("tunnel_opened", host=host)
    if response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return verdict("tunnel_token_refused")
    return verdict("tunnel_refused", host=host, status=response.status)


def _realm(responses: ConnectResponses) -> str:
    for response in responses.responses.values():
        if response.realm:
            return f" for {quoted(responses.context.without_token(response.realm))}"
    return ""
