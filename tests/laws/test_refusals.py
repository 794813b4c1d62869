"""A refusal names every field that has to change, and no other."""

from __future__ import annotations

import json

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.harness.program import run_in_process
from tests.harness.promises import REFUSED, answered, named_fields
from tests.harness.searching import examples
from tests.harness.spellings import SETTINGS, Spelled
from tests.harness.strategies import pem
from tf_helper.errors import redacted
from tf_helper.query import QUERY_KEYS

pytestmark = pytest.mark.fuzz

GOOD_URL = "https://aiproxy.example.com"


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"a": NaN}', b"{}{}", b"[" * 100_000, b" " * 300_000])
def test_what_is_no_query_is_the_fault_of_standard_input(data: bytes) -> None:
    assert named_fields(run_in_process(data).stderr) == ["standard input"]


# What each key refuses, whatever the others say.
WRONG: dict[str, st.SearchStrategy[object]] = {
    "proxy_url": st.sampled_from(
        ["h", "ftp://h", "https://u:p@h", "https://h:0", "https://h/x?y#z", "https://0.0.0.0", 1, [], None, ""]
    ),
    "cert_path": st.sampled_from(["ca.pem", "/a/../b", "/a/", "/\u00e9", "/etc/ssl/certs/ca.pem", True, {}]),
    "agent_id": st.sampled_from([" ", "a b", "a\x00b", 1.5]),
    "access_url": st.sampled_from(["h", "https://h?x", "https://h/a/../b", "https://-h"]),
    "no_proxy": st.sampled_from(
        ["*", "http://h", "a,-,b", "10.0.0.0/33", ["h"], '["h"]', "10.*", "a;b", "fd00::/8", "[::1]:80", "a," * 5000]
    ),
    "ca_cert_pem": st.sampled_from(
        ["x", "-----BEGIN CERTIFICATE-----", "---- BEGIN X", pem(b"x", "X"), "x" * 20000, 0]
    ),
    "extra_ca_certs_pem": st.sampled_from(["x", "-----BEGIN PRIVATE KEY-----", False]),
    "wrapper_path": st.sampled_from(["run", "/a/../b", "/a b", "/tmp/aibridge-proxy/ca-cert.pem", 2]),
    "fetch_ca_cert": st.sampled_from(["True", "yes", 1, 0.0, []]),
}


@pytest.mark.parametrize("key", QUERY_KEYS)
@examples(5)
@given(st.data())
def test_one_wrong_value_is_the_one_field_named(key: str, data: st.DataObject) -> None:
    ran = run_in_process(json.dumps({"proxy_url": GOOD_URL, key: data.draw(WRONG[key])}).encode())
    assert ran.status == REFUSED
    assert set(named_fields(ran.stderr)) == {key}


class QueryBeingEdited(RuleBasedStateMachine):
    """A person edits a query key by key, for better and for worse; the program always says where it stands."""

    @initialize(url=SETTINGS["proxy_url"])
    def begin(self, url: Spelled) -> None:
        self.normal: dict[str, object] = {"proxy_url": url.normal}
        self.query: dict[str, object] = {"proxy_url": url.other}
        self.wrong: set[str] = set()

    @rule(key=st.sampled_from(sorted(SETTINGS)), data=st.data())
    def set_one(self, key: str, data: st.DataObject) -> None:
        spelled = data.draw(SETTINGS[key])
        self.normal[key], self.query[key] = spelled.normal, spelled.other
        self.wrong.discard(key)

    @rule(key=st.sampled_from(sorted(set(QUERY_KEYS) - {"proxy_url"})), nothing=st.sampled_from([None, ""]))
    def unset_one(self, key: str, nothing: str | None) -> None:
        self.normal.pop(key, None)
        self.query[key] = nothing
        self.wrong.discard(key)

    @rule(key=st.sampled_from(sorted(QUERY_KEYS)), data=st.data())
    def break_one(self, key: str, data: st.DataObject) -> None:
        self.normal.pop(key, None)
        self.query[key] = data.draw(WRONG[key])
        self.wrong.add(key)

    @rule(key=st.sampled_from(["proxy_uri", "token", "", "a\nb", "\x1b[0m"]))
    def misspell_a_key(self, key: str) -> None:
        self.query[key] = "x"
        self.wrong.add(redacted(key))

    @precondition(lambda self: self.wrong)
    @rule(data=st.data())
    def mend_one(self, data: st.DataObject) -> None:
        field = data.draw(st.sampled_from(sorted(self.wrong)))
        self.wrong.remove(field)
        self.query = {key: value for key, value in self.query.items() if field not in {key, redacted(key)}}
        if field == "proxy_url":
            self.normal[field] = self.query[field] = GOOD_URL

    @rule(data=st.data())
    def shuffle(self, data: st.DataObject) -> None:
        self.query = dict(data.draw(st.permutations(list(self.query.items()))))

    @invariant()
    def the_program_says_where_it_stands(self) -> None:
        ran = run_in_process(json.dumps(self.query).encode())
        if self.wrong:
            assert ran.status == REFUSED
            assert set(named_fields(ran.stderr)) == self.wrong
        else:
            assert answered(ran) == answered(run_in_process(json.dumps(self.normal).encode()))


def test_however_a_query_is_edited_exactly_the_wrong_fields_are_named() -> None:
    run_state_machine_as_test(QueryBeingEdited, settings=hypothesis.settings(examples(25), stateful_step_count=12))
