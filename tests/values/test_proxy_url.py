import unicodedata

import pytest

from tf_helper.errors import Invalid, Problem
from tf_helper.values.proxy_url import ProxyUrl


def sentences(text: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        ProxyUrl.parse(text)
    return [problem.message for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("given", "normalized"),
    [
        ("https://aiproxy.example.com", "https://aiproxy.example.com"),
        (" \thttps://h\n", "https://h"),
        ("HTTPS://AIProxy.Example.COM/", "https://aiproxy.example.com"),
        ("https://h:443", "https://h"),
        ("https://h:00443", "https://h"),
        ("https://h:80", "https://h:80"),
        ("https://h:65535", "https://h:65535"),
        ("http://h", "http://h:80"),
        ("http://h:80", "http://h:80"),
        ("http://h:8888", "http://h:8888"),
        ("https://h.", "https://h"),
        ("https://my_proxy-1.x_", "https://my_proxy-1.x_"),
        ("https://1a.0x1.a1", "https://1a.0x1.a1"),
        ("https://0xg", "https://0xg"),
        ("https://127.0.0.1:8888", "https://127.0.0.1:8888"),
        ("https://[2001:DB8:0:0:0:0:0:1]:8888", "https://[2001:db8::1]:8888"),
        ("https://[::1.2.3.4]", "https://[::102:304]"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example", "https://xn--bcher-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://XN--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://אב.example", "https://xn--4dbc.example"),
        ("https://bücher.1a", "https://xn--bcher-kva.1a"),
        ("https://" + "a" * 63, "https://" + "a" * 63),
        ("https://" + ".".join(["a" * 63] * 3 + ["b" * 61]), "https://" + ".".join(["a" * 63] * 3 + ["b" * 61])),
    ],
)
def test_accepts_and_normalizes(given: str, normalized: str) -> None:
    assert str(ProxyUrl.parse(given).origin) == normalized


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "is blank"),
        ("  ", "is blank"),
        ("h", "has no scheme"),
        ("//h", "has no scheme"),
        ("https:/h", "has no scheme"),
        ("1https://h", "has no scheme"),
        ("ftp://h", 'scheme "ftp" is not supported, it must be http or https'),
        ("https://", "has no host"),
        ("https://:8888", "has no host"),
        ("https://.", "has no host"),
        ("https://user@h", "contains a user name or password"),
        ("https://user\uff20h", "contains a user name or password"),
        ("https://@h", "contains a user name or password"),
        ("https://h/path", "has a path"),
        ("https://h//", "has a path"),
        ("https://h?", "has a query (from the question mark on)"),
        ("https://h#", "has a fragment (from the # on)"),
        ("https://h:", "the port is empty"),
        ("https://h:0", "port 0 is out of range, it must be 1 to 65535"),
        ("https://h:65536", "port 65536 is out of range, it must be 1 to 65535"),
        ("https://h:+1", "the port is not a decimal number"),
        ("https://h:1_0", "the port is not a decimal number"),
        ("https://h:８８", "the port is not a decimal number"),
        ("https://h:0x50", "the port is not a decimal number"),
        ("https://h:80:80", "host and port are ambiguous"),
        ("https://::1", "host and port are ambiguous"),
        ("https://a..b", "the host name has an empty label (two dots in a row, or one in front)"),
        ("https://.a", "the host name has an empty label (two dots in a row, or one in front)"),
        ("https://a..", "the host name has an empty label (two dots in a row, or one in front)"),
        ("https://-a", 'label "-a" of the host name begins or ends with "-"'),
        ("https://a,b", 'the host contains ",", which is not allowed in a host name'),
        ("https://a%41", 'the host contains "%", which is not allowed in a host name'),
        ("https://foo.123", 'host "foo.123" ends like an IPv4 address but is not one'),
        ("https://a.0x1", 'host "a.0x1" ends like an IPv4 address but is not one'),
        ("https://a.0x", 'host "a.0x" ends like an IPv4 address but is not one'),
        ("https://010.0.0.1", 'host "010.0.0.1" ends like an IPv4 address but is not one'),
        ("https://1.2.3.256", 'host "1.2.3.256" ends like an IPv4 address but is not one'),
        ("https://2130706433", 'host "2130706433" ends like an IPv4 address but is not one'),
        ("https://0x7f000001", 'host "0x7f000001" ends like an IPv4 address but is not one'),
        ("https://1.2.3.4.", 'host "1.2.3.4." is an IPv4 address with a trailing dot'),
        ("https://[::1", "the IPv6 address has no closing bracket, or something other than a port follows it"),
        ("https://[::1]c", "the IPv6 address has no closing bracket, or something other than a port follows it"),
        ("https://[]", "the host is not a valid IPv6 address"),
        ("https://[1.2.3.4]", "the host is not a valid IPv6 address"),
        ("https://[fe80::1%25eth0]", "the IPv6 address has a zone ID, which only means something on one machine"),
        ("https://[::ffff:1.2.3.4]", "is an IPv4-mapped IPv6 address"),
        ("https://0.0.0.0:8888", "0.0.0.0 is not the address of a machine"),
        ("https://[::]", ":: is not the address of a machine"),
        ("https://xn--a", 'label "xn--a" of the host name is not a valid international name (IDNA 2008)'),
        ("https://xn--ls8h.la", 'label "xn--ls8h" of the host name is not a valid international name (IDNA 2008)'),
        ("https://xn--bcher-KVA-", 'label "xn--bcher-kva-" of the host name begins or ends with "-"'),
        ("https://１２", 'label "\\uff11\\uff12" of the host name is not a valid international name (IDNA 2008)'),
        ("https://a。b", 'label "a\\u3002b" of the host name is not a valid international name (IDNA 2008)'),
        ("https://\u212a", 'label "\\u212a" of the host name is not a valid international name (IDNA 2008)'),
        ("https://بيت.1a", 'label "1a" is not allowed in a host name with right-to-left labels (RFC 5893)'),
        ("https://אב.1a", 'label "1a" is not allowed in a host name with right-to-left labels (RFC 5893)'),
        ("https://" + "a" * 64, f'label "{"a" * 64}" of the host name is over 63 characters'),
        (
            "https://ü" + "x" * 60,
            f'label "\\u00fc{"x" * 60}" of the host name is not a valid international name (IDNA 2008)',
        ),
        ("https://" + ".".join(["a" * 63] * 4), "the host name has 255 characters, at most 253 are allowed"),
        ("https://" + "a." * 60_000, "the host name has 119999 characters, at most 253 are allowed"),
        ("https://" + ".".join(["ü" * 45] * 5), "the host name has 259 characters, at most 253 are allowed"),
        ("https://a b", "contains white space (U+0020) at position 10"),
        ("https://a\u00a0b", "contains white space (U+00A0) at position 10"),
        ("https://a\x00b", "contains a control or invisible character (U+0000) at position 10"),
        ("https://a\x7fb", "contains a control or invisible character (U+007F) at position 10"),
        ("https://a\u200bb", "contains a control or invisible character (U+200B) at position 10"),
        ("https://a\u00adb", "contains a control or invisible character (U+00AD) at position 10"),
        ("https://evil\\@h", "contains a backslash (U+005C) at position 13"),
        ("https:\\\\h", "contains a backslash (U+005C) at position 7"),
    ],
)
def test_refuses(given: str, sentence: str) -> None:
    assert sentences(given) == [sentence]


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("xn--lsba347p", id="between letters of N'Ko"),
        pytest.param("xn--0ug1411pba", id="between letters of Adlam"),
        pytest.param("xn--ntfa0mz9q", id="after a Balinese virama, where few parsers have been tried"),
    ],
)
def test_refuses_an_invisible_joiner_in_an_a_label_if_not_all_clients_may_take_it(label: str) -> None:
    assert sentences(f"https://{label}") == [
        f'label "{label}" of the host name contains an invisible joiner that some clients refuse there'
    ]


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("xn--mgba3gch31f060k", id="between Persian letters"),
        pytest.param("xn--10cl1a0b660p", id="after a Sinhala virama"),
    ],
)
def test_takes_an_invisible_joiner_in_an_a_label_that_all_clients_take(label: str) -> None:
    assert str(ProxyUrl.parse(f"https://{label}").origin) == f"https://{label}"
    shown = label.removeprefix("xn--").encode().decode("punycode")
    assert sentences(f"https://{shown}")[0].startswith("contains a control or invisible character")


def test_refuses_a_letter_that_node_22_does_not_know() -> None:
    (sentence,) = sentences("https://xn--wgb0xh1c")  # with an Arabic letter of Unicode 14
    known = unicodedata.unidata_version >= "14"  # by this Python
    reason = (
        "contains U+088A, which not all clients support" if known else "is not a valid international name (IDNA 2008)"
    )
    assert sentence == f'label "xn--wgb0xh1c" of the host name {reason}'


@pytest.mark.parametrize("label", ["\u0628\u088a\u0628", "\u0628\u08c8", "\u05d0\u08b5\u05d0"])
def test_refuses_such_a_letter_in_a_u_label_too(label: str) -> None:
    assert len(sentences(f"https://{label}")) == 1


def test_reports_every_problem_of_a_url() -> None:
    assert sentences("ftp://a,b:99999/path?q#f") == [
        'scheme "ftp" is not supported, it must be http or https',
        'the host contains ",", which is not allowed in a host name',
        "port 99999 is out of range, it must be 1 to 65535",
        "has a path",
        "has a query (from the question mark on)",
        "has a fragment (from the # on)",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://SECRET@h",
        "https://SECRET\uff20h",
        "https://SECRET\ufe6bh",
        "https://user:SECRET@h:1",
        "https://user:a/SECRET@h",
        "https://user:a?SECRET@h",
        "https://user:a#SECRET@h",
        "https://user:SECRET",
        "https://user:SECRET%40h",
        "https://user%3ASECRET%40h",
        "https://h:80:SECRET",
        "https://h/SECRET",
        "https://h?SECRET",
        "https://h#SECRET",
        "user:SECRET@h",
        "https://h/SECRET\\",
    ],
)
def test_quotes_nothing_that_can_be_a_secret(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        ProxyUrl.parse(url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "count"), [("http://h", 1), ("http://h:80", 0), ("http://h:8888", 0), ("https://h", 0)]
)
def test_warns_of_http_without_a_port_only(url: str, count: int) -> None:
    assert len(ProxyUrl.parse(url).warnings) == count


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]", "[0::0:1]"]
)
def test_warns_of_the_workspace_itself(host: str) -> None:
    url = ProxyUrl.parse(f"https://{host}:8888")
    assert url.workspace_warnings == (
        Problem(f"{url.origin.host} is the workspace itself, not the machine that the proxy runs on"),
    )


@pytest.mark.parametrize(
    "host", ["h", "localhost.example.com", "localhostess", "128.0.0.1", "12.7.0.0", "[::2]", "127.example"]
)
def test_other_hosts_are_not_taken_for_the_workspace(host: str) -> None:
    assert ProxyUrl.parse(f"https://{host}:8888").workspace_warnings == ()
