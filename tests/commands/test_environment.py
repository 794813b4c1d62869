"""Settings that come from the environment."""

from __future__ import annotations

import pytest

from tests.harness.deployment import TOKEN
from tf_helper.commands.environment import complete
from tf_helper.errors import Invalid, report
from tf_helper.query import QUERY_KEYS


def test_a_key_is_a_variable_of_its_own() -> None:
    environment = {"TF_HELPER_PROXY_URL": "https://h", "TF_HELPER_CERT_PATH": "/ca.pem", "TF_HELPER_DEBUG": "1"}
    assert complete([], QUERY_KEYS, environment).pairs == [("proxy_url", "https://h"), ("cert_path", "/ca.pem")]


def test_only_keys_of_the_command_are_read() -> None:
    environment = {"TF_HELPER_PROXY_URL": "https://h", "TF_HELPER_FETCH_CA_CERT": "true"}
    assert complete([], ["proxy_url"], environment).pairs == [("proxy_url", "https://h")]


def test_an_option_wins_over_a_variable() -> None:
    assert complete([("proxy_url", "https://a")], QUERY_KEYS, {"TF_HELPER_PROXY_URL": "https://b"}).pairs == [
        ("proxy_url", "https://a")
    ]


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_in_a_tools_process_the_proxy_and_the_token_are_known(name: str) -> None:
    found = complete([], QUERY_KEYS, {name: f"http://coder:{TOKEN}@h:8888"})
    assert found == ([("proxy_url", "http://h:8888")], {"proxy_url": name}, (TOKEN, None))


def test_the_token_there_is_percent_encoded() -> None:
    assert complete([], QUERY_KEYS, {"HTTPS_PROXY": "https://coder:a%20b%2F@h"}).token.value == "a b/"


@pytest.mark.parametrize("value", ["http://h:3128", "http://alice:secret@h:3128", "http://coder", "x", ""])
def test_another_proxys_variables_are_ignored(value: str) -> None:
    found = complete([("proxy_url", "https://h")], QUERY_KEYS, {"HTTPS_PROXY": value})
    assert found == ([("proxy_url", "https://h")], {}, ("", None))
    assert complete([], QUERY_KEYS, {"HTTPS_PROXY": value}).pairs == []


def test_a_bad_value_is_reported_with_the_variable_that_it_comes_from() -> None:
    environment = {
        "TF_HELPER_CERT_PATH": "x",
        "HTTPS_PROXY": f"http://coder:{TOKEN}@h:0",
        "CODER_SESSION_TOKEN": TOKEN,
        "CODER_URL": "https://h",
    }
    with pytest.raises(Invalid) as caught:
        complete([("access_url", "ftp://h")], QUERY_KEYS, environment).parse_query()
    assert [problem.field for problem in caught.value.problems] == [
        "proxy_url (from HTTPS_PROXY)",
        "cert_path (from TF_HELPER_CERT_PATH)",
        "access_url",
    ]
    assert TOKEN not in report(caught.value.problems)


def test_coders_variables_win_over_the_proxys() -> None:
    environment = {"HTTPS_PROXY": "https://coder:old@h", "CODER_SESSION_TOKEN": TOKEN}
    assert complete([], QUERY_KEYS, environment).token == (TOKEN, None)


@pytest.mark.parametrize("name", ["CODER_URL", "CODER_AGENT_URL"])
def test_a_persons_token_is_for_the_deployment_of_coder_url_or_else_for_any(name: str) -> None:
    environment = {"CODER_SESSION_TOKEN": TOKEN, name: "https://a"}
    for url, value in (("https://A:443/", TOKEN), ("https://b", "" if name == "CODER_URL" else TOKEN)):
        found = complete([("access_url", url)], QUERY_KEYS, environment)
        assert found.token.value == value
        assert bool(found.token.withheld) == (not value)
    assert complete([], QUERY_KEYS, environment).token == (TOKEN, None)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"CODER_URL": "https://a", "CODER_AGENT_URL": "https://b"}, "https://a"),
        ({"CODER_URL": "", "CODER_AGENT_URL": "https://b"}, "https://b"),
        ({"TF_HELPER_ACCESS_URL": "https://c", "CODER_URL": "https://a"}, "https://c"),
    ],
)
def test_the_deployment_is_the_one_that_coders_programs_use(environment: dict[str, str], url: str) -> None:
    assert complete([], QUERY_KEYS, environment).pairs == [("access_url", url)]
