"""Which token of the environment is used, and for which deployment."""

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
    "url", ["http://coder.example.com", "https://coder.example.com:8443", "https://example.com", "coder.example.com"]
)
def test_a_persons_token_is_withheld_from_another_deployment_and_the_provisioners_is_not(url: str) -> None:
    for url_needed in (True, False):
        value, withheld = session_token(
            {"CODER_SESSION_TOKEN": "a", "CODER_URL": url}, ACCESS_URL, url_needed=url_needed
        )
        assert value == ""
        assert withheld
        assert withheld.message.startswith("CODER_SESSION_TOKEN is ")
    environment = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "a", "CODER_URL": url}
    assert session_token(environment, ACCESS_URL) == ("a", None)


@pytest.mark.parametrize("environment", [{}, {"CODER_URL": ""}])
def test_without_coder_url_a_persons_token_is_withheld_only_where_the_url_is_needed(
    environment: dict[str, str],
) -> None:
    environment = environment | {"CODER_SESSION_TOKEN": "a"}
    withheld = session_token(environment, ACCESS_URL).withheld
    assert withheld
    assert withheld.message == "CODER_SESSION_TOKEN is not used without CODER_URL, which says whose token it is"
    assert session_token(environment, ACCESS_URL, url_needed=False) == ("a", None)


def test_a_password_in_coder_url_is_not_shown() -> None:
    environment = {"CODER_SESSION_TOKEN": "a", "CODER_URL": "https://user:SECRET@coder.example.com"}
    assert "SECRET" not in str(session_token(environment, ACCESS_URL).withheld)
