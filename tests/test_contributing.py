"""CONTRIBUTING.md names what is there."""

from __future__ import annotations

import re

import pytest

from tests import ROOT
from tf_helper.result import RESULT_KEYS
from tf_helper.query import QUERY_KEYS

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
NEW_KEY = CONTRIBUTING.partition("## Add a query key\n")[2].partition("\n## ")[0]


def test_every_path_in_it_exists() -> None:
    paths = re.findall(r"`((?:tests|tf_helper|terraform)/[\w./-]*)`", CONTRIBUTING)
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("keys", [QUERY_KEYS, RESULT_KEYS], ids=["query", "result"])
def test_a_new_key_takes_it_to_every_file_of_the_tests_that_lists_all_keys(keys: dict[str, object]) -> None:
    # Without a new key these search in fewer, and nothing fails.
    optional = {"tests/laws/test_refusals.py", "tests/laws/test_spellings.py"}
    listing = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "tests").rglob("*.py")
        if all(re.search(rf"\b{key}\b", file.read_text()) for key in keys)
    }
    assert listing
    assert [file for file in sorted(listing - optional) if f"`{file}`" not in NEW_KEY] == []
