"""The laws of queries, whether they are accepted or refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.harness.program import run_in_process
from tests.harness.promises import ANSWERED, answered, assert_promises_kept, named_fields
from tests.harness.searching import examples
from tests.harness.spellings import json_texts
from tests.harness.strategies import QUERIES, SETTINGS, VALUES, encoded
from tf_helper.errors import redacted
from tf_helper.query import QUERY_KEYS
from tf_helper.result import RESULT_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.harness.program import Ran
    from tests.harness.spellings import Spelled
    from tests.harness.strategies import JsonPairs

pytestmark = pytest.mark.fuzz

GOOD_URL = "https://aiproxy.example.com"

# If there are more problems, only their number is reported.
MOST_SHOWN = 20


@examples(80)
@given(QUERIES)
def test_an_answer_comes_back_unchanged_and_a_refusal_names_what_has_to_change(query: JsonPairs) -> None:
    ran = run_in_process(encoded(query))
    event(f"exit status {ran.status}")
    assert_promises_kept(ran)
    if ran.status == ANSWERED:
        assert_accepted_unchanged(answered(ran))
    else:
        assert_names_what_has_to_change(ran, query)


def assert_accepted_unchanged(answer: dict[str, str]) -> None:
    query = {key: answer[key] for key in RESULT_KEYS.keys() & QUERY_KEYS.keys()}
    again = answered(run_in_process(json.dumps(query).encode()))
    # A port that was left out is written in the answer, and then there is nothing to warn of.
    warnings = [one for one in json.loads(answer["warnings"]) if "http without a port" not in one]
    assert again == answer | {"warnings": json.dumps(warnings)}


def assert_names_what_has_to_change(refusal: Ran, query: JsonPairs) -> None:
    """Fail unless every field named was given or is needed, and without those the query is accepted."""
    named = named_fields(refusal.stderr)
    assert set(named) <= {as_named(key) for key, _ in query} | {"proxy_url"}
    if len(named) < MOST_SHOWN:
        repaired: JsonPairs = [(key, value) for key, value in query if as_named(key) not in named]
        # The one is needed always, the other by fetch_ca_cert.
        repaired += [(key, GOOD_URL) for key in ("proxy_url", "access_url") if key in named]
        answered(run_in_process(encoded(repaired)))


def as_named(key: str) -> str:
    """Return how messages name a key: as it is, or quoted if the query has no such key."""
    return key if key in QUERY_KEYS else redacted(key)


@examples(40)
@given(SETTINGS, st.data())
def test_every_spelling_gives_the_same_answer_and_the_normal_one_comes_back(
    settings: Mapping[str, Spelled], data: st.DataObject
) -> None:
    normal = {key: spelled.normal for key, spelled in settings.items()}
    answer = answered(run_in_process(json.dumps(normal).encode()))
    text = data.draw(json_texts({key: spelled.other for key, spelled in settings.items()}))
    assert answered(run_in_process(text)) == answer
    assert {key: answer[key] for key in normal.keys() & RESULT_KEYS.keys() - {"no_proxy"}}.items() <= normal.items()
    assert_accepted_unchanged(answer)
    deployment = [str(urlsplit(answer["access_url"]).hostname)] if answer["access_url"] else []
    bypassed = [one for one in normal.get("no_proxy", "").split(",") if one]
    expected = dict.fromkeys(["localhost", "127.0.0.1", "::1", *deployment, *bypassed])
    assert answer["no_proxy"].split(",") == list(expected)


@examples(60)
@given(SETTINGS, st.sets(st.sampled_from(sorted(QUERY_KEYS)), min_size=1, max_size=4), st.data())
def test_exactly_the_wrong_fields_are_named(
    settings: Mapping[str, Spelled], wrong: set[str], data: st.DataObject
) -> None:
    unknown = data.draw(st.sets(st.sampled_from(["proxy_uri", "token", "", "a\nb", "\x1b[0m"]), max_size=2))
    query: dict[str, object] = {key: spelled.other for key, spelled in settings.items()}
    query |= {key: data.draw(st.sampled_from(VALUES[key].wrong)) for key in wrong} | dict.fromkeys(unknown, "x")
    ran = run_in_process(data.draw(json_texts(query)))
    assert set(named_fields(ran.stderr)) == wrong | {redacted(key) for key in unknown}
