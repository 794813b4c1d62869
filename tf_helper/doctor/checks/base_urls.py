"""Where base URLs lead: to the deployment, to a host that the proxy intercepts, or past the gateway."""

import re
from contextlib import suppress

from tf_helper.deadline import DeadlineExceededError, run_with_deadline
from tf_helper.doctor.context import Context
from tf_helper.doctor.setting_files import settings_in_files
from tf_helper.doctor.tool_settings import present_settings
from tf_helper.errors import Invalid
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.url import DEFAULT_PORTS, Origin

# What decides where requests go; a path and what follows it may be any that the API knows.
_BEGINNING = re.compile(r"\s*([^:/?#]*://)(?:[^/?#\\]*@)?([^/?#]*)")
_ENDS_WITH_DOT = re.compile(r"\.(?::[0-9]*)?$")
# For the files of tools; a later step says that they are on a network drive that hangs.
_FILES_SECONDS = 1


def destination(base_url: str) -> Origin | None:
    """Return where requests go with this base URL; None if it is not a URL.

    Clients pass a trailing dot of the host name on to the proxy, which then does not intercept the request.
    """
    beginning = _BEGINNING.match(base_url)
    if not beginning:
        return None
    scheme, authority = beginning.groups()
    try:
        origin = AccessUrl.parse(f"{scheme}{authority.removesuffix(':')}").origin
    except Invalid:
        return None
    return origin._replace(host=f"{origin.host}.") if _ENDS_WITH_DOT.search(authority) else origin


def is_deployment(context: Context, origin: Origin | None) -> bool:
    """Tell whether that is the deployment, whose gateway can be asked without the proxy."""
    if origin is None or context.query.access_url is None:
        return False
    return origin._replace(host=origin.host.rstrip(".")) == context.query.access_url.origin


def may_be_intercepted(origin: Origin | None) -> bool:
    """Tell whether the proxy could intercept requests to there: it does so on one port only."""
    return origin is not None and origin == ("https", origin.host, DEFAULT_PORTS["https"])


def is_intercepted(context: Context, origin: Origin | None) -> bool | None:
    """Tell whether the proxy intercepts requests to there; None if it has not said so of a host that it may be."""
    if origin is None or not may_be_intercepted(origin) or origin.host in context.known.not_intercepted:
        return False
    if origin.host in context.known.intercepted:
        return True
    return None if origin.host in (context.hosts_to_ask if context.known.asked else context.provider_hosts) else False


def base_url_hosts(context: Context) -> tuple[str, ...]:
    """Return the hosts of base URLs in the environment and the files of tools that the proxy may intercept."""
    settings = list(present_settings(context.environment))
    with suppress(DeadlineExceededError):
        settings += run_with_deadline(_FILES_SECONDS, lambda: list(settings_in_files(context.environment)))
    origins = (destination(one.value) for one in settings if one.setting.kind == "base URL")
    hosts = (origin.host for origin in origins if origin and may_be_intercepted(origin))
    deployment = context.query.access_url.origin.host if context.query.access_url else ""
    return tuple(host for host in dict.fromkeys(hosts) if host != deployment)
