from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.url_agreement.parsers import PARSERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.url_agreement.agreement import Parser

ROUNDS_OF_THE_LONG_FORM = 100


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each round a seed. The scope makes all tests of a round run before those of the next."""
    if "seed" in metafunc.fixturenames:
        config = metafunc.config
        rounds = range(ROUNDS_OF_THE_LONG_FORM if config.getoption("--fuzz") else 1)
        seeds = [f"{config.getoption('--hypothesis-seed')}.{number}" for number in rounds]
        metafunc.parametrize("seed", seeds, scope="session")


@pytest.fixture
def untraced() -> Iterator[None]:
    """Keep coverage from measuring, which takes longer than all the rest; pytest-cov's no_cover fails under xdist."""
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Parser:
    """Make each parser in turn, or skip the test if it is missing."""
    assert request.config.cache
    return PARSERS[request.param](request.config.cache.mkdir("url_agreement"))
