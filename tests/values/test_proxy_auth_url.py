import pytest

from tf_helper.values.proxy_auth_url import ProxyAuthUrl, proxy_auth_url
from tf_helper.values.proxy_url import ProxyUrl


@pytest.mark.parametrize(
    ("proxy_url", "token", "url"),
    [
        ("https://h", "abc-123", "https://coder:abc-123@h"),
        ("http://h:8888", "abc-123", "http://coder:abc-123@h:8888"),
        ("https://[::1]", "", "https://coder:@[::1]"),
        ("https://h", "a b/:@%?#", "https://coder:a%20b%2F%3A%40%25%3F%23@h"),
        ("https://h", "a\udcffb", "https://coder:a%FFb@h"),
    ],
)
def test_the_token_is_the_password_of_coders_user_and_comes_back_as_it_was(
    proxy_url: str, token: str, url: str
) -> None:
    assert proxy_auth_url(ProxyUrl.parse(proxy_url).origin, token) == url
    assert ProxyAuthUrl.split(url) == (str(ProxyUrl.parse(proxy_url).origin), "coder", token)


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("http://h:3128", ("http://h:3128", "", "")),
        ("http://user@h", ("http://h", "user", "")),
        ("http://a%3Ab:c%2Fd@h", ("http://h", "a:b", "c/d")),
        ("http://user:a@b:c@h", ("http://h", "user", "a@b:c")),
        ("h:3128", ("h:3128://", "", "")),
        ("http://user:password@evil\\@h", ("", "", "")),
        ("", ("://", "", "")),
    ],
)
def test_splits_whatever_a_proxy_variable_has(value: str, parts: tuple[str, str, str]) -> None:
    assert ProxyAuthUrl.split(value) == parts
