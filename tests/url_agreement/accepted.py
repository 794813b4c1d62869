"""Generated URLs that are accepted."""

from __future__ import annotations

import string
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.url_agreement.generated import Urls
from tf_helper.errors import Invalid
from tf_helper.values.access_url import AccessUrl
from tf_helper.values.proxy_url import ProxyUrl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tf_helper.values.url import Origin

# Coder's own tokens hold letters, digits and a hyphen. Control characters no client takes, encoded or not.
TOKEN_CHARACTERS = string.ascii_letters + string.digits + string.punctuation + " \u00a0äß€中\u3002\uff20\U0001f600"
PATH_CHARACTERS = string.ascii_letters + string.digits + "-._~" * 4
COUNT = 20_000


class Accepted(NamedTuple):
    """An accepted URL: as given, what became of it, and a token and a path to go with the result."""

    given: str
    origin: Origin
    token: str
    path: str


def generate_accepted(seed: str) -> Iterator[Accepted]:
    """Generate URLs of different results, without end; the same ones for the same seed."""
    random = Random(seed)
    results = set()
    for given in Urls(random):
        try:
            origin = ProxyUrl.parse(given).origin
        except Invalid:
            continue
        if str(origin) not in results:
            results.add(str(origin))
            yield Accepted(given, origin, _token(random), _path(random))


@lru_cache(maxsize=1)
def accepted(seed: str) -> list[Accepted]:
    """Return the first 20,000."""
    return list(islice(generate_accepted(seed), COUNT))


@lru_cache(maxsize=1)
def access_urls(seed: str) -> list[AccessUrl]:
    """Return access URLs made of accepted(seed); a path with a . or .. segment is refused."""
    found = []
    for url in accepted(seed):
        with suppress(Invalid):
            found.append(AccessUrl.parse(f"{url.origin}{url.path}"))
    return found


def _token(random: Random) -> str:
    if random.random() < 0.5:
        letters = "".join(random.choices(string.ascii_letters + string.digits, k=32))
        return f"{letters[:10]}-{letters[10:]}"
    return "".join(random.choices(TOKEN_CHARACTERS, k=random.choice([0, 1, 2, 4, 30])))


def _path(random: Random) -> str:
    segments = ["".join(random.choices(PATH_CHARACTERS, k=random.choice([0, 1, 3, 8]))) for _ in range(3)]
    return random.choice(["", f"/{segments[0]}", "/" + "/".join(segments)])
