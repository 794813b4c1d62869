"""The workspace owner's Coder session token, from the environment only."""

from collections.abc import Mapping
from typing import NamedTuple

from tf_helper.errors import Invalid, Problem
from tf_helper.values.access_url import AccessUrl

# Coder's provisioner sets the first, for the deployment that it belongs to; people set the second.
TOKEN_VARIABLES = ("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN")
# Which deployment a token is for: Coder's own CLI has the first, its agents the second.
URL_VARIABLES = ("CODER_URL", "CODER_AGENT_URL")
_HINTS = {
    "CODER_URL": "set CODER_URL and CODER_SESSION_TOKEN for the deployment at access_url",
    "CODER_AGENT_URL": "set access_url to the deployment in CODER_AGENT_URL, or unset that variable if they match",
}


class SessionToken(NamedTuple):
    """The token, "" for none, and why one that is in the environment is not used."""

    value: str
    withheld: Problem | None = None

    def only_for(self, deployment: AccessUrl | None, name: str, environment: Mapping[str, str]) -> "SessionToken":
        """Return this token of the variable `name`, or why not if a variable says that it is another deployment's."""
        if not self.value or deployment is None:
            return self
        for variable in filter(environment.get, URL_VARIABLES):
            withheld = _why_withheld(name, variable, environment[variable], deployment)
            if withheld:
                return SessionToken("", withheld)
        return self


def is_valid_in_header(token: str) -> bool:
    """Tell whether an HTTP header can carry the token unchanged."""
    return token.isascii() and token.isprintable() and token == token.strip()


def present_token(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the first variable that is set, even if it is empty, as in a template push, and the token in it."""
    name = next((name for name in TOKEN_VARIABLES if name in environment), "")
    return name, environment.get(name, "").strip()


def session_token(environment: Mapping[str, str], access_url: AccessUrl | None) -> SessionToken:
    """Return the token that a plan may send to `access_url`.

    A token goes to its own deployment only, so CODER_SESSION_TOKEN is withheld if CODER_URL is missing, or has another
    scheme, host or port.
    """
    name, token = present_token(environment)
    if not token or name == TOKEN_VARIABLES[0] or access_url is None:
        return SessionToken(token)
    variable = URL_VARIABLES[0]
    url = environment.get(variable, "")
    if not url:
        why = f"{name} is not used without {variable}, which says whose token it is"
        return SessionToken("", Problem(why, _HINTS[variable]))
    withheld = _why_withheld(name, variable, url, access_url)
    return SessionToken("" if withheld else token, withheld)


def session_token_of_person(environment: Mapping[str, str], access_url: AccessUrl | None) -> SessionToken:
    """Return the token that a person's plan may send to `access_url`: each variable has to agree, the agent's as well.

    In a workspace, either token may be in the environment, beside the URL of the deployment that it belongs to.
    """
    name, _ = present_token(environment)
    return session_token(environment, access_url).only_for(access_url, name, environment)


def _why_withheld(name: str, variable: str, url: str, access_url: AccessUrl) -> Problem | None:
    try:
        deployment = AccessUrl.parse(url).origin
    except Invalid:
        return Problem(f"{name} is not used, because {variable} is not a valid URL", _HINTS[variable])
    if deployment != access_url.origin:
        why = f"{name} is for {deployment} ({variable}) and is not sent to {access_url.origin}"
        return Problem(why, _HINTS[variable])
    return None
