"""The workspace owner's Coder session token, from the environment only."""

from collections.abc import Mapping
from typing import NamedTuple

from tf_helper.errors import Invalid, Problem
from tf_helper.values.access_url import AccessUrl

# Coder's provisioner sets the first, for the deployment that it belongs to; people set the second.
TOKEN_VARIABLES = ("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN")
# Which deployment the second is for, as Coder's own CLI has it.
_URL_VARIABLE = "CODER_URL"
_HINT = f"set {_URL_VARIABLE} and {TOKEN_VARIABLES[1]} for the deployment at access_url"


class SessionToken(NamedTuple):
    """The token, "" for none, and why one that is in the environment is not used."""

    value: str
    withheld: Problem | None = None


def is_valid_in_header(token: str) -> bool:
    """Tell whether an HTTP header can carry the token unchanged."""
    return token.isascii() and token.isprintable() and token == token.strip()


def session_token(
    environment: Mapping[str, str], access_url: AccessUrl | None, *, url_needed: bool = True
) -> SessionToken:
    """Return the token of the first variable that is set, even if it is empty, as in a template push.

    A token goes to its own deployment only, so CODER_SESSION_TOKEN is withheld if CODER_URL has another scheme, host or
    port than `access_url`, and with `url_needed` also if CODER_URL is not set.
    """
    name = next((name for name in TOKEN_VARIABLES if name in environment), "")
    token = environment.get(name, "").strip()
    if not token or name == TOKEN_VARIABLES[0] or access_url is None:
        return SessionToken(token)
    withheld = _why_withheld(environment.get(_URL_VARIABLE, ""), access_url, url_needed=url_needed)
    return SessionToken("" if withheld else token, withheld)


def _why_withheld(url: str, access_url: AccessUrl, *, url_needed: bool) -> Problem | None:
    name = TOKEN_VARIABLES[1]
    if not url:
        why = f"{name} is not used without {_URL_VARIABLE}, which says whose token it is"
        return Problem(why, _HINT) if url_needed else None
    try:
        deployment = AccessUrl.parse(url).origin
    except Invalid:
        return Problem(f"{name} is not used, because {_URL_VARIABLE} is not a valid URL", _HINT)
    if deployment != access_url.origin:
        return Problem(f"{name} is for {deployment} ({_URL_VARIABLE}) and is not sent to {access_url.origin}", _HINT)
    return None
