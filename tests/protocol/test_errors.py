import pytest

from tf_helper.errors import Problem, redacted, report


def test_a_long_list_of_problems_is_cut() -> None:
    lines = report([Problem("is blank", field=str(number)) for number in range(25)]).splitlines()
    assert lines[0] == "tf-helper: error: 25 problems in the query"
    assert lines[-2:] == ["  19: is blank", "  and 5 more"]
    assert report([Problem("is blank", field=str(number)) for number in range(20)]).endswith("  19: is blank")


def test_quotes_are_printable_ascii() -> None:
    assert redacted('\x1b[31m"\u00e4\ud800') == '"\\u001b[31m\\"\\u00e4\\ud800"'


def test_long_quotes_are_cut_at_80_characters() -> None:
    assert redacted("x" * 80) == f'"{"x" * 80}"'
    assert redacted("x" * 81) == f'"{"x" * 77}..."'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:SECRET@h", "https://..."),
        (" https://h/SECRET?SECRET", " https://..."),
        ("see https://user:SECRET@h", "..."),
        ("://SECRET", "..."),
        ("user:SECRET@h:/x", "..."),
        ("user:a@SECRET@h", "..."),
        ("user:SECRET\uff20h", "..."),
        ("user:SECRET\ufe6bh", "..."),
        ("SECRET@h", "..."),
        ("C:/x", "C:/x"),
    ],
)
def test_no_more_of_a_url_is_quoted_than_its_scheme(text: str, shown: str) -> None:
    assert redacted(text) == f'"{shown}"'


def test_quoting_takes_linear_time() -> None:
    assert redacted(":" * 1_000_000) == f'"{":" * 77}..."'
    assert redacted(":" * 1_000_000 + "@") == '"..."'
