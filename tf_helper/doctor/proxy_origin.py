"""The proxy that a variable leads to, and the token in it."""

from tf_helper.errors import Invalid
from tf_helper.values.proxy_auth_url import ProxyAuthUrl
from tf_helper.values.proxy_url import ProxyUrl
from tf_helper.values.url import Origin


def proxy_origin(value: str) -> Origin | None:
    """Return the proxy that a variable's value names, or None if it is not the URL of one."""
    try:
        return ProxyUrl.parse(ProxyAuthUrl.split(value).url).origin
    except Invalid:
        return None


def has_other_token(value: str, token: str) -> bool:
    """Tell whether a variable's value has another token than `token`, or none; no if there is no `token` to compare."""
    return bool(token) and ProxyAuthUrl.split(value).password != token
