"""Whatever arrives on standard input, there is one good answer or one clean message."""

from __future__ import annotations

import json

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.harness.deployment import TOKEN
from tests.harness.program import run, run_in_process
from tests.harness.promises import assert_promises_kept
from tests.harness.searching import examples
from tests.harness.strategies import BROKEN_PEMS, JSON_VALUES, QUERIES, JsonPairs, encoded

pytestmark = pytest.mark.fuzz

# A token for no run to show. The first variable keeps a query that is drawn from asking anybody for a certificate.
ENVIRONMENT = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "", "CODER_SESSION_TOKEN": TOKEN, "TF_HELPER_DEBUG": "1"}


def check(data: bytes) -> None:
    ran = run_in_process(data, env=ENVIRONMENT)
    event(f"exit status {ran.status}")
    assert_promises_kept(ran, [TOKEN])


@examples(100)
@given(st.binary(max_size=300))
def test_arbitrary_bytes(data: bytes) -> None:
    check(data)


@examples(100)
@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_arbitrary_json(value: object, ascii_only: bool, indent: int | str | None) -> None:  # noqa: FBT001
    check(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(errors="surrogatepass"))


@examples(100)
@given(BROKEN_PEMS, st.sampled_from(["ca_cert_pem", "extra_ca_certs_pem"]))
def test_certificates_with_broken_bytes(pem: str, key: str) -> None:
    check(encoded([("proxy_url", "https://h"), (key, pem)]))


@examples(60)
@given(QUERIES, st.data())
def test_queries_with_broken_bytes(query: JsonPairs, data: st.DataObject) -> None:
    text = bytearray(encoded(query))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 3))
        text[position : position + length] = data.draw(st.binary(max_size=3))
    check(bytes(text))


@examples(5)
@given(QUERIES.map(encoded) | st.binary(max_size=300))
def test_a_process_of_its_own_says_the_same(data: bytes) -> None:
    assert run(data, env=ENVIRONMENT) == run_in_process(data, env=ENVIRONMENT)
