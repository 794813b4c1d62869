import pytest

from tf_helper import __version__
from tf_helper.errors import Invalid, Problem
from tf_helper.query import QUERY_KEYS, parse_query

URL = ("proxy_url", "https://h")


def problems(*pairs: tuple[str, object]) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as caught:
        parse_query(pairs)
    return caught.value.problems


@pytest.mark.parametrize("absent", [None, ""])
@pytest.mark.parametrize("key", sorted(set(QUERY_KEYS) - {"proxy_url"}))
def test_null_and_empty_mean_the_default(key: str, absent: str | None) -> None:
    assert parse_query([URL, (key, absent)]) == parse_query([URL])


@pytest.mark.parametrize("pairs", [(), (("proxy_url", None),), (("proxy_url", ""),)])
def test_proxy_url_is_required(pairs: tuple[tuple[str, object], ...]) -> None:
    (problem,) = problems(*pairs)
    assert (problem.field, problem.message) == ("proxy_url", "is required")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.0, "a number"),
        (["a"], "an array"),
        ((("a", "b"),), "an object"),
    ],
)
@pytest.mark.parametrize("key", QUERY_KEYS)
def test_values_are_strings(key: str, value: object, kind: str) -> None:
    (problem,) = problems(*dict([URL, (key, value)]).items())
    assert problem == Problem(f"is {kind}, it must be a string", field=key)


@pytest.mark.parametrize("key", sorted(set(QUERY_KEYS) - {"fetch_ca_cert"}))
def test_only_fetch_ca_cert_takes_a_boolean(key: str) -> None:
    (problem,) = problems(*dict([URL, (key, True)]).items())
    assert problem == Problem("is a boolean, it must be a string", field=key)


@pytest.mark.parametrize(("value", "flag"), [(True, True), ("true", True), (False, False), ("false", False)])
def test_fetch_ca_cert_is_a_boolean_or_its_name(value: object, *, flag: bool) -> None:
    assert parse_query([URL, ("access_url", "https://coder"), ("fetch_ca_cert", value)]).fetch_ca_cert is flag


@pytest.mark.parametrize("value", ["yes", "True", " true", "1"])
def test_fetch_ca_cert_is_refused_in_other_words(value: str) -> None:
    (problem,) = problems(URL, ("fetch_ca_cert", value))
    assert problem.message == f'"{value}" is neither "true" nor "false"'


@pytest.mark.parametrize("value", [True, "true"])
def test_fetch_ca_cert_needs_the_deployments_url(value: object) -> None:
    (problem,) = problems(URL, ("fetch_ca_cert", value))
    assert (problem.field, problem.message) == ("fetch_ca_cert", "needs access_url")


@pytest.mark.parametrize("key", QUERY_KEYS)
def test_an_unpaired_surrogate_is_refused(key: str) -> None:
    (problem,) = problems(*dict([URL, (key, "\ud800")]).items())
    assert problem == Problem("contains an unpaired surrogate", field=key)


@pytest.mark.parametrize("value", ["x", "", None])
def test_an_unknown_key_is_refused_with_the_nearest_known_one(value: str | None) -> None:
    assert problems(URL, ("proxy_ur", value)) == (
        Problem(
            'is not a key of the query; did you mean "proxy_url"?',
            f"this is tf-helper {__version__}; a newer module needs a newer tf-helper",
            '"proxy_ur"',
        ),
    )


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("agent", "agent_id"),
        ("proxyUrl", "proxy_url"),
        ("PROXY_URL", "proxy_url"),
        ("proxy", "proxy_url"),
        ("ca_cert", "ca_cert_pem"),
        ("extra_ca_cert_pem", "extra_ca_certs_pem"),
    ],
)
def test_a_similar_key_is_suggested(key: str, known: str) -> None:
    (problem,) = problems(URL, (key, "x"))
    assert problem.message == f'is not a key of the query; did you mean "{known}"?'


@pytest.mark.parametrize("key", ["timeout_seconds", "proxy_token", "cache_path", "a", "x", "\u00e4" * 100])
def test_without_a_similar_key_nothing_is_suggested(key: str) -> None:
    (problem,) = problems(URL, (key, "x"))
    assert problem.message == "is not a key of the query"


def test_a_strange_key_is_quoted_in_ascii_and_cut() -> None:
    (problem,) = problems(URL, ("\x1b[31m\u00e4" + "x" * 100, ""))
    assert problem.field == '"\\u001b[31m\\u00e4' + "x" * 61 + '..."'


@pytest.mark.parametrize("times", [2, 3])
def test_a_repeated_key_is_refused(times: int) -> None:
    assert problems(*[URL] * times) == (Problem("appears more than once", field="proxy_url"),)


def test_every_problem_of_the_query_is_reported() -> None:
    found = problems(
        ("proxy_url", "https://h:0/path"),
        ("cert_path", "a"),
        ("cert_path", "b"),
        ("wrapper_path", "/a b"),
        ("agent_id", " "),
        ("access_url", "x"),
        ("no_proxy", "*"),
        ("unknown", "x"),
    )
    assert [problem.field for problem in found] == [
        "cert_path",
        "proxy_url",
        "proxy_url",
        "cert_path",
        "agent_id",
        "access_url",
        "no_proxy",
        "wrapper_path",
        '"unknown"',
    ]


def test_no_proxy_is_limited_with_all_that_is_added_to_it() -> None:
    # The longest value that is allowed comes out with this machine in front of it, and goes in again.
    longest = ",".join(f"host{number:04}.example.com" for number in range(388))
    value = parse_query([URL, ("no_proxy", longest)]).no_proxy_value
    assert 8192 - len("host0000.example.com,") <= len(value) <= 8192
    assert parse_query([URL, ("no_proxy", value)]).no_proxy_value == value
    for more in (
        ("access_url", "https://coder.department.example.com"),
        ("no_proxy", f"{longest},host.department.example.com"),
    ):
        (problem,) = problems(*dict([URL, ("no_proxy", longest), more]).items())
        assert problem._replace(hint="") == Problem("is over 8192 bytes long", field="no_proxy")
