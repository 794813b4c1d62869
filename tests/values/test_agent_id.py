import pytest

from tf_helper.errors import Invalid
from tf_helper.values.agent_id import parse_agent_id


@pytest.mark.parametrize(
    ("given", "normalized"),
    [
        (" 3F2B8C1E-1111-4222-8333-444455556666\n", "3f2b8c1e-1111-4222-8333-444455556666"),
        ("Agent-1", "Agent-1"),
        ("3F2B8C1E", "3F2B8C1E"),
    ],
)
def test_trims_and_lowers_uuids_only(given: str, normalized: str) -> None:
    assert parse_agent_id(given) == normalized


@pytest.mark.parametrize("given", ["", " ", "\t\n"])
def test_refuses_blanks(given: str) -> None:
    with pytest.raises(Invalid, match="is blank"):
        parse_agent_id(given)


@pytest.mark.parametrize("given", ["a b", "a\tb", "a\x00b", "a\u200bb", "a\u00a0b"])
def test_refuses_white_space_and_control_characters_inside(given: str) -> None:
    with pytest.raises(Invalid, match="white space or a control character"):
        parse_agent_id(given)
