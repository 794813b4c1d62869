"""The workspace owner's Coder session token: from the environment, and from nowhere else."""

from collections.abc import Mapping

# The first is set by Coder's provisioner, the second by people who run the program by hand.
VARIABLES = ("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN")


def has_odd_characters(token: str) -> bool:
    """Tell whether a token holds what no HTTP header can, or not as it is."""
    return not (token.isascii() and token.isprintable()) or token != token.strip()


def session_token(environment: Mapping[str, str]) -> str:
    """Return the first variable that is set, be it empty, as when a template is pushed; "" if none is."""
    return next((environment[name].strip() for name in VARIABLES if name in environment), "")
