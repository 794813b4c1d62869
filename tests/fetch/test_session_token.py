"""Which token of the environment a plan uses, and for which deployment."""

from __future__ import annotations

import pytest

from tf_helper.coder.session_token import session_token
from tf_helper.values.access_url import AccessUrl

ACCESS_URL = AccessUrl.parse("https://coder.example.com/path")


@pytest.mark.parametrize(
    ("environment", "token"),
    [
        ({}, ""),
        ({"CODER_SESSION_TOKEN": " a\n"}, "a"),
        ({"CODER_WORKSPACE_OWNER_SESSION_TOKEN": " b\n"}, "b"),
        ({"CODER_WORKSPACE_OWNER_SESSION_TOKEN": " "}, ""),
        ({"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "b", "CODER_SESSION_TOKEN": "a"}, "b"),
        ({"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "", "CODER_SESSION_TOKEN": "a"}, ""),
    ],
)
def test_the_token_is_the_provisioners_or_else_the_persons(environment: dict[str, str], token: str) -> None:
    for url in ("https://coder.example.com", "HTTPS://Coder.Example.com:443/other"):
        assert session_token(environment | {"CODER_URL": url}, ACCESS_URL) == (token, None)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://coder.example.com", "is for http://coder.example.com:80 (CODER_URL) and is not sent to https://coder"),
        ("https://coder.example.com:8443", "is for https://coder.example.com:8443 (CODER_URL)"),
        ("https://example.com", "is for https://example.com (CODER_URL)"),
        ("coder.example.com", "is not used, because CODER_URL is not a valid URL"),
        ("https://user:SECRET@coder.example.com", "is not used, because CODER_URL is not a valid URL"),
        ("", "is not used without CODER_URL, which says whose token it is"),
    ],
)
def test_a_persons_token_is_withheld_from_another_deployment_and_the_provisioners_is_not(url: str, why: str) -> None:
    value, withheld = session_token({"CODER_SESSION_TOKEN": "a", "CODER_URL": url}, ACCESS_URL)
    assert value == ""
    assert withheld
    assert withheld.message.startswith(f"CODER_SESSION_TOKEN {why}")
    assert "SECRET" not in str(withheld)
    environment = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "a", "CODER_URL": url}
    assert session_token(environment, ACCESS_URL) == ("a", None)
