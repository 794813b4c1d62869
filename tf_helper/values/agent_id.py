"""The id of a workspace agent."""

import re

from tf_helper.problems import Invalid, Problem, quoted

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def parse_agent_id(text: str) -> str:
    """Return the id without white space around it, a UUID in lower case. Raises Invalid."""
    text = text.strip()
    if not text:
        raise Invalid(Problem("is blank", "give the id of the coder_agent resource"))
    if any(character.isspace() or not character.isprintable() for character in text):
        raise Invalid(Problem(f"{quoted(text)} holds white space or a control character"))
    return text.lower() if _UUID.fullmatch(text) else text
