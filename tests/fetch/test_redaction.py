"""The session token in a text that a deployment sent."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.harness.deployment import TOKEN
from tf_helper.coder.redaction import contains_token, without_token


@pytest.mark.parametrize(
    "form",
    [
        TOKEN,
        quote(TOKEN.replace("-", "/")).replace("/", "%2d"),
        "".join(f"%{ord(character):02X}" for character in TOKEN),
        "".join(f"%25{ord(character):02x}" for character in TOKEN),
        "".join(f"\\u{ord(character):04x}" for character in TOKEN),
        "".join(f"\\x{ord(character):02x}" for character in TOKEN),
        "".join(f"\\{ord(character):02X}" for character in TOKEN),
        "".join(f"&#{ord(character)};" for character in TOKEN),
        "".join(f"&#x{ord(character):x};" for character in TOKEN),
        TOKEN.replace("-", "\\-"),
        TOKEN.replace("-", "\\\\-"),
        TOKEN[:27],
        TOKEN[5:13],
        TOKEN + TOKEN,
    ],
)
def test_the_token_is_taken_out_whole_escaped_or_cut(form: str) -> None:
    assert contains_token(f"Coder {form}!", TOKEN)
    assert without_token(f"Coder {form}!", TOKEN) == "Coder ***!"


@pytest.mark.parametrize("text", ["", "v2.31.2+0123abc", "abcdefg", "\u00e4\\", "%", "&#x;", TOKEN[:7], TOKEN[::-1]])
def test_everything_else_stays(text: str) -> None:
    assert not contains_token(text, TOKEN)
    assert without_token(text, TOKEN) == text


def test_every_place_is_found() -> None:
    assert without_token(f"{TOKEN} and {TOKEN}, {TOKEN[:10]}", TOKEN) == "*** and ***, ***"


@pytest.mark.parametrize("token", ["x y", 'a"b+c', "tok\u00e4n"])
def test_a_short_or_strange_token_is_found_as_it_is_and_in_json(token: str) -> None:
    assert without_token(f"<{token}>", token) == "<***>"
    assert without_token(f"<{json.dumps(token)[1:-1]}>", token) == "<***>"


def test_without_a_token_nothing_is_taken_out() -> None:
    assert without_token("text", "") == "text"
    assert not contains_token("text", "")
