import pytest

from tf_helper.errors import Invalid
from tf_helper.values.access_url import AccessUrl


@pytest.mark.parametrize(
    ("given", "normalized"),
    [
        ("https://coder.example.com", "https://coder.example.com"),
        (" HTTPS://Coder.Example.com:443/// ", "https://coder.example.com"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
        ("http://coder", "http://coder:80"),
        ("https://[::1]:3000", "https://[::1]:3000"),
    ],
)
def test_accepts_and_normalizes(given: str, normalized: str) -> None:
    url = AccessUrl.parse(given)
    assert (str(url), url.warnings) == (normalized, ())


def test_keeps_a_path_and_warns() -> None:
    url = AccessUrl.parse("https://h/a-b/c._~X//")
    assert str(url) == "https://h/a-b/c._~X"
    assert len(url.warnings) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (" ", "is blank"),
        ("coder.example.com", "has no scheme"),
        ("https://user@h", "contains a user name or password"),
        ("https://h?q", "has a query (from the question mark on)"),
        ("https://h/#f", "has a fragment (from the # on)"),
        ("https://h/a%20b", "the path may contain only letters, digits and - . _ ~ /"),
        ("https://h/ä", "the path may contain only letters, digits and - . _ ~ /"),
        ("https://h/'", "the path may contain only letters, digits and - . _ ~ /"),
        ("https://h/a/../b", "the path has . or .. segments"),
        ("https://h/./b", "the path has . or .. segments"),
        ("https://h:0", "port 0 is out of range, it must be 1 to 65535"),
    ],
)
def test_refuses(given: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        AccessUrl.parse(given)
    assert [problem.message for problem in caught.value.problems] == [sentence]
