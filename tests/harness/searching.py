"""How long hypothesis searches: `--fuzz` multiplies the examples that a test asks for.

@examples(300)
@given(...)
def test_...
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings

_FACTOR = 30


def choose_profile(*, long: bool) -> None:
    """Choose between the bounded form of all searches and the long one."""
    settings.register_profile(
        "tf-helper",
        max_examples=100 * (_FACTOR if long else 1),
        database=None,
        # Far more than any one example needs, so that only what grows without measure is found.
        deadline=timedelta(seconds=20),
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    settings.load_profile("tf-helper")


def examples(count: int) -> settings:
    """Ask for `count` examples in the bounded form, and for thirty times as many in the long one."""
    return settings(max_examples=count * settings().max_examples // 100)
