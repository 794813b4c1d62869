"""The URL in HTTPS_PROXY: the proxy's, with Coder's user name and the session token in it."""

from typing import NamedTuple
from urllib.parse import quote, unquote

from tf_helper.values.url import Origin

# AI Bridge Proxy takes any user name; Coder's documentation uses this one.
PROXY_USER = "coder"


class ProxyAuthUrl(NamedTuple):
    """Parts of a proxy variable's value, whatever it is: the URL without user name and password, and those, decoded."""

    url: str
    user: str
    password: str

    @classmethod
    def split(cls, value: str) -> "ProxyAuthUrl":
        """Split the value of HTTPS_PROXY or the like; every part that is missing is ""."""
        if "\\" in value:
            return cls("", "", "")  # clients disagree on where its host begins
        scheme, _, rest = value.partition("://")
        userinfo, _, host = rest.rpartition("@")
        user, _, password = userinfo.partition(":")
        return cls(f"{scheme}://{host}", unquote(user), unquote(password, errors="surrogateescape"))


def proxy_auth_url(proxy: Origin, token: str) -> str:
    """Return scheme://coder:token@host[:port]. Bytes of the token that are not text are kept as they are."""
    scheme, _, host_and_port = str(proxy).partition("://")
    return f"{scheme}://{PROXY_USER}:{quote(token, safe='', errors='surrogateescape')}@{host_and_port}"
