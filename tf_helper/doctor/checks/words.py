"""What the deployment or its gateway says, in its own words."""

from tf_helper.doctor.context import Context
from tf_helper.errors import quoted

# As much as the wrapper's --check shows.
_LENGTH = 200


def own_words(context: Context, text: str) -> str:
    """Return the first line that is not blank, quoted and without the token."""
    lines = map(str.strip, context.without_token(text).splitlines())
    return quoted(next(filter(None, lines), ""), _LENGTH)
