"""Spelling does not matter: order, white space, case, default ports, how JSON and PEM are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.program import run_in_process
from tests.harness.promises import answered
from tests.harness.searching import examples
from tests.harness.spellings import Spelled, cases, hosts, json_texts, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.fuzz

ALWAYS_BYPASSED = "localhost,127.0.0.1,::1"


def answer(query: Mapping[str, object]) -> dict[str, str]:
    return answered(run_in_process(json.dumps(query).encode()))


@examples(60)
@given(settings())
def test_other_spellings_give_the_same_answer(given_settings: dict[str, Spelled]) -> None:
    normal = answer({key: spelled.normal for key, spelled in given_settings.items()})
    assert answer({key: spelled.other for key, spelled in given_settings.items()}) == normal


@examples(60)
@given(settings())
def test_what_is_normal_comes_back_as_it_is(given_settings: dict[str, Spelled]) -> None:
    normal = {key: spelled.normal for key, spelled in given_settings.items()}
    result = answer(normal)
    for key in normal.keys() - {"no_proxy"}:
        assert result[key] == normal[key]
    # In front of the entries: this machine and the deployment's host, which can be among the entries as well.
    entries = result["no_proxy"].split(",")
    bypassed = [one for one in normal.get("no_proxy", "").split(",") if one]
    assert entries[:3] == ALWAYS_BYPASSED.split(",")
    assert [one for one in entries[3:] if one in bypassed] in (bypassed, sorted(bypassed, key=entries.index))
    assert len(set(entries)) == len(entries)
    assert len(entries) - 3 - len(bypassed) in ({0, 1} if "access_url" in normal else {0})


@examples(30)
@given(settings(), st.data())
def test_order_white_space_and_escapes_of_json_do_not_matter(
    given_settings: dict[str, Spelled], data: st.DataObject
) -> None:
    query: dict[str, object] = {key: spelled.other for key, spelled in given_settings.items()}
    text = data.draw(json_texts(query))
    assert answered(run_in_process(text)) == answer(query)


@examples(30)
@given(settings(), st.data())
def test_absent_null_and_empty_are_the_same(given_settings: dict[str, Spelled], data: st.DataObject) -> None:
    query: dict[str, object] = {key: spelled.other for key, spelled in given_settings.items()}
    absent = sorted(
        {"cert_path", "agent_id", "access_url", "no_proxy", "ca_cert_pem", "extra_ca_certs_pem"} - query.keys()
    )
    nothing = {key: data.draw(st.sampled_from([None, ""])) for key in absent}
    assert answer(query | nothing | {"fetch_ca_cert": data.draw(st.sampled_from(["false", False, None]))}) == answer(
        query
    )


@examples(30)
@given(hosts(), st.data())
def test_without_a_port_the_schemes_own_is_meant(host: Spelled, data: st.DataObject) -> None:
    for scheme, port in (("http", "80"), ("https", "443")):
        url = f"{data.draw(cases(scheme))}://{host.other}"
        short, long = answer({"proxy_url": url}), answer({"proxy_url": f"{url}:{port}"})
        assert short["proxy_port"] == port
        warnings = json.loads(short["warnings"])
        others = [warning for warning in warnings if "means port 80" not in warning]
        assert long == short | {"warnings": json.dumps(others)}
        assert (len(warnings) > len(others)) == (scheme == "http")
