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
from tests.harness.strategies import BROKEN_PEMS, JSON_VALUES, QUERIES, encoded

pytestmark = pytest.mark.fuzz

# A token for no run to show. The first variable keeps a query that is drawn from asking anybody for a certificate.
ENVIRONMENT = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": "", "CODER_SESSION_TOKEN": TOKEN, "TF_HELPER_DEBUG": "1"}


@st.composite
def _broken_queries(draw: st.DrawFn) -> bytes:
    text = bytearray(encoded(draw(QUERIES)))
    for _ in range(draw(st.integers(1, 4))):
        position = draw(st.integers(0, len(text)))
        text[position : position + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(text)


_KEYS = st.sampled_from(["ca_cert_pem", "extra_ca_certs_pem"])
ANYTHING = (
    st.binary(max_size=300)
    | JSON_VALUES.map(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))
    | st.tuples(_KEYS, BROKEN_PEMS).map(lambda pair: encoded([("proxy_url", "https://h"), pair]))
    | _broken_queries()
)


@examples(150)
@given(ANYTHING)
def test_whatever_arrives(data: bytes) -> None:
    ran = run_in_process(data, env=ENVIRONMENT)
    event(f"exit status {ran.status}")
    assert_promises_kept(ran, [TOKEN])


@examples(5)
@given(QUERIES.map(encoded) | st.binary(max_size=300))
def test_a_process_of_its_own_says_the_same(data: bytes) -> None:
    assert run(data, env=ENVIRONMENT) == run_in_process(data, env=ENVIRONMENT)
