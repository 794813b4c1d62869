"""The id of a workspace agent."""

import re

from tf_helper.errors import Invalid, Problem, redacted

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def parse_agent_id(text: str) -> str:
    """Return the id without white space around it, a UUID in lower case. Raises Invalid."""
    text = text.strip()
    if not text:
        raise Invalid(Problem("is blank", "give the id of the workspace agent"))
    if any(character.isspace() or not character.isprintable() for character in text):
        raise Invalid(Problem(f"{redacted(text)} contains white space or a control character"))
    return text.lower() if re.fullmatch(_UUID, text, re.IGNORECASE) else text
