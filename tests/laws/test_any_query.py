"""The laws that hold for every query, whether it is accepted or refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given

from tests.harness.program import run_in_process
from tests.harness.promises import ANSWERED, answered, assert_promises_kept, named_fields
from tests.harness.searching import examples
from tests.harness.spellings import settings
from tests.harness.strategies import encoded, queries
from tf_helper.errors import redacted
from tf_helper.query import QUERY_KEYS
from tf_helper.result import RESULT_KEYS

if TYPE_CHECKING:
    from tests.harness.program import Ran
    from tests.harness.spellings import Spelled
    from tests.harness.strategies import JsonPairs

pytestmark = pytest.mark.fuzz

GOOD_URL = "https://aiproxy.example.com"

# Of more problems than that, only the number is told.
MOST_SHOWN = 20


@examples(200)
@given(queries())
def test_an_answer_comes_back_unchanged_and_a_refusal_names_what_has_to_change(query: JsonPairs) -> None:
    ran = run_in_process(encoded(query))
    event(f"exit status {ran.status}")
    assert_promises_kept(ran)
    if ran.status == ANSWERED:
        assert_accepted_unchanged(answered(ran))
    else:
        assert_names_what_has_to_change(ran, query)


@examples(40)
@given(settings())
def test_a_good_answer_is_accepted_as_a_query_and_comes_back_unchanged(given_settings: dict[str, Spelled]) -> None:
    query = {key: spelled.other for key, spelled in given_settings.items()}
    assert_accepted_unchanged(answered(run_in_process(json.dumps(query).encode())))


def assert_accepted_unchanged(answer: dict[str, str]) -> None:
    query = {key: answer[key] for key in RESULT_KEYS.keys() & QUERY_KEYS.keys()}
    again = answered(run_in_process(json.dumps(query).encode()))
    # A port that was left out is written in the answer, and then there is nothing to warn of.
    warnings = [one for one in json.loads(answer["warnings"]) if "http without a port" not in one]
    assert again == answer | {"warnings": json.dumps(warnings)}


def assert_names_what_has_to_change(refusal: Ran, query: JsonPairs) -> None:
    """Fail unless every field named was given or is needed, and with those mended the query is accepted."""
    named = named_fields(refusal.stderr)
    assert set(named) <= {as_named(key) for key, _ in query} | {"proxy_url"}
    if len(named) < MOST_SHOWN:
        mended: JsonPairs = [(key, value) for key, value in query if as_named(key) not in named]
        # The one is needed always, the other by fetch_ca_cert.
        mended += [(key, GOOD_URL) for key in ("proxy_url", "access_url") if key in named]
        answered(run_in_process(encoded(mended)))


def as_named(key: str) -> str:
    """Return how messages name a key: as it is, or quoted where the query has no such key."""
    return key if key in QUERY_KEYS else redacted(key)
