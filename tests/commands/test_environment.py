"""Settings that come from the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN
from tf_helper.commands.environment import complete
from tf_helper.errors import Invalid, report
from tf_helper.query import QUERY_KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from tf_helper.coder.session_token import SessionToken


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


def test_coders_variables_win_over_the_proxys_if_they_have_a_value() -> None:
    environment = {"HTTPS_PROXY": "https://coder:old@h", "CODER_SESSION_TOKEN": TOKEN}
    assert complete([], QUERY_KEYS, environment).token == (TOKEN, None)
    empty = dict.fromkeys(("CODER_WORKSPACE_OWNER_SESSION_TOKEN", "CODER_SESSION_TOKEN"), " ")
    assert complete([("proxy_url", "https://h")], QUERY_KEYS, IN_A_TOOL | empty).token == (TOKEN, None)


IN_A_TOOL = {"HTTPS_PROXY": f"https://coder:{TOKEN}@h"}


@pytest.mark.parametrize("variable", ["CODER_URL", "CODER_AGENT_URL"])
@pytest.mark.parametrize(
    "token",
    [{"CODER_SESSION_TOKEN": TOKEN}, {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN}, IN_A_TOOL],
    ids=lambda variables: next(iter(variables)),
)
def test_a_token_from_any_source_is_for_the_deployment_that_every_variable_names(
    token: dict[str, str], variable: str
) -> None:
    def found(access_url: str, **variables: str) -> SessionToken:
        return complete([("proxy_url", "https://h"), ("access_url", access_url)], QUERY_KEYS, token | variables).token

    assert found("https://any") == (TOKEN, None)
    assert found("https://A:443/", CODER_URL="https://a", CODER_AGENT_URL="https://a/") == (TOKEN, None)
    for others in ({}, {"CODER_URL": "https://b", "CODER_AGENT_URL": "https://b"}):
        value, withheld = found("https://b", **(others | {variable: "https://a"}))
        assert value == ""
        assert withheld
        assert f"{next(iter(token))} is for https://a ({variable}) and is not sent to https://b" in withheld.message
        assert variable in withheld.hint


@pytest.mark.parametrize(
    ("environment", "token"),
    [
        (IN_A_TOOL, ""),
        (IN_A_TOOL | {"https_proxy": f"http://coder:{TOKEN}@other:3128"}, TOKEN),
        (IN_A_TOOL | {"https_proxy": "http://coder:x@other:99999"}, ""),
        ({"CODER_SESSION_TOKEN": TOKEN}, TOKEN),
    ],
)
def test_the_token_of_a_proxys_variable_is_for_that_proxy(environment: dict[str, str], token: str) -> None:
    value, withheld = complete([("proxy_url", "http://other:3128")], QUERY_KEYS, environment).token
    assert value == token
    assert ("another proxy and is not sent to http://other:3128" in str(withheld)) == (not token)


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"GIT_SSL_CAINFO": "/x/ca.bundle.pem", "SSL_CERT_FILE": "/etc/ssl/cert.pem"}, "/x/ca.pem"),
        ({"SSL_CERT_FILE": "/x/ca.bundle"}, "/x/ca"),
        ({"NODE_EXTRA_CA_CERTS": "{0}/ca.pem"}, "{0}/ca.pem"),
        ({"SSL_CERT_FILE": "x/ca.bundle.pem"}, ""),
        ({"NODE_EXTRA_CA_CERTS": "/missing/ca.pem"}, ""),
    ],
)
def test_in_a_tools_process_the_certificates_path_is_known(
    variables: dict[str, str], path: str, tmp_path: Path
) -> None:
    (tmp_path / "ca.bundle.pem").touch()
    environment = {name: value.format(tmp_path) for name, value in variables.items()}
    pairs = dict(complete([], QUERY_KEYS, environment | IN_A_TOOL).pairs)
    assert pairs.get("cert_path", "") == path.format(tmp_path)
    assert "cert_path" not in dict(complete([], QUERY_KEYS, environment).pairs)
    given = environment | IN_A_TOOL | {"TF_HELPER_CERT_PATH": "/given"}
    assert dict(complete([], QUERY_KEYS, given).pairs)["cert_path"] == "/given"


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
