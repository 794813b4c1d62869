"""The workspace owner's Coder session token, from the environment only."""

from collections.abc import Mapping

# Coder's provisioner sets the first; people who run the program by hand set the second.
TOKEN_VARIABLES = ("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN")


def is_valid_in_header(token: str) -> bool:
    """Tell whether an HTTP header can carry the token unchanged."""
    return token.isascii() and token.isprintable() and token == token.strip()


def session_token(environment: Mapping[str, str]) -> str:
    """Return the first variable that is set, even if it is empty, as in a template push; "" if none is."""
    return next((environment[name].strip() for name in TOKEN_VARIABLES if name in environment), "")
