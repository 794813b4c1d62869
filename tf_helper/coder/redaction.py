"""Taking the session token out of what a deployment sent, should it be in there in any form that can be read."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

# A shorter piece of the token reveals too little, and may occur by chance.
_PIECE = 8
_ESCAPES = frozenset("%\\&")
# One character as itself, or as URLs, JSON, RFC 4514, shells and HTML write it.
_CHARACTER = re.compile(
    r"%(?:25)*(?P<percent>[0-9a-f]{2})|\\+(?:u00|x)?(?P<backslash>[0-9a-f]{2})|&#x0*(?P<entity>[0-9a-f]{2});"
    r"|&#0*(?P<decimal>[0-9]{2,3});|\\*(?P<itself>.)",
    re.IGNORECASE | re.DOTALL,
)


def without_token(text: str, token: str) -> str:
    """Return `text` with stars for the token, and for longer pieces of it, as they are or escaped."""
    hidden = bytearray(len(text))
    for start, end in _places(text, token):
        hidden[start:end] = b"\1" * (end - start)
    if not any(hidden):
        return text
    runs = groupby(zip(hidden, text, strict=True), key=itemgetter(0))
    return "".join("***" if is_hidden else "".join(map(itemgetter(1), run)) for is_hidden, run in runs)


def contains_token(text: str, token: str) -> bool:
    """Tell whether the token, or a longer piece of it, is in `text`, as it is or escaped."""
    return any(True for _ in _places(text, token))


def _places(text: str, token: str) -> Iterator[tuple[int, int]]:
    """Yield where pieces of the token start and end."""
    if not token:
        return
    size = min(len(token), _PIECE)
    pieces = _pieces(token, size)
    for found in pieces.finditer(text):
        yield found.start(), found.start() + size
    if _ESCAPES.isdisjoint(text):
        return
    characters = [(_unescaped(match), match.start(), match.end()) for match in _CHARACTER.finditer(text)]
    for found in pieces.finditer("".join(map(itemgetter(0), characters))):
        yield characters[found.start()][1], characters[found.start() + size - 1][2]


@lru_cache(maxsize=1)
def _pieces(token: str, size: int) -> re.Pattern[str]:
    pieces = (re.escape(token[start : start + size]) for start in range(len(token) - size + 1))
    return re.compile(f"(?={'|'.join(pieces)})")  # they overlap


def _unescaped(match: re.Match[str]) -> str:
    if match["itself"]:
        return match["itself"]
    if match["decimal"]:
        return chr(int(match["decimal"]))
    return chr(int(match["percent"] or match["backslash"] or match["entity"], 16))
