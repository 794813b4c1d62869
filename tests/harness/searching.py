"""How many examples hypothesis tries: `--fuzz` multiplies what a test asks for.

@examples(300)
@given(...)
def test_...
"""

from __future__ import annotations

from hypothesis import settings

from tests.conftest import EXAMPLES


def examples(count: int) -> settings:
    """Ask for `count` examples in the bounded form, and for as many times more in the long one as the profiles say."""
    return settings(max_examples=count * settings().max_examples // EXAMPLES["bounded"])
