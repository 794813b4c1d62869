import pytest

from tf_helper.errors import Invalid
from tf_helper.values.no_proxy import NoProxy


@pytest.mark.parametrize(
    ("given", "entries"),
    [
        ("", ()),
        (" , ,", ()),
        ("Example.COM", ("example.com",)),
        (".Example.COM", (".example.com",)),
        (" a , b ", ("a", "b")),
        ("b,a,B,b.", ("b", "a")),
        ("a:8080", ("a:8080",)),
        (".a:8080", (".a:8080",)),
        ("10.0.0.1", ("10.0.0.1",)),
        ("10.0.0.1:443", ("10.0.0.1:443",)),
        ("10.1.2.3/8", ("10.0.0.0/8",)),
        ("2001:DB8::/32", ("2001:db8::/32",)),
        ("2001:DB8:0::1", ("2001:db8::1",)),
        ("[::1]", ("::1",)),
        ("[::2]:8080", ("[::2]:8080",)),
        ("bücher.example", ("xn--bcher-kva.example",)),
        ("localhost,127.0.0.1", ("localhost", "127.0.0.1")),
    ],
)
def test_accepts_and_normalises(given: str, entries: tuple[str, ...]) -> None:
    assert NoProxy.parse(given).entries == entries


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("*", '"*" would send nothing through the proxy'),
        ("a, *", '"*" would send nothing through the proxy'),
        ("*.example.com", 'entry "*.example.com": the host contains "*", which is not allowed in a host name'),
        ("a b", 'entry number 1: the host contains " ", which is not allowed in a host name'),
        ("a\tb", 'entry number 1: the host contains "\\t", which is not allowed in a host name'),
        (".", 'entry ".": has no host'),
        ("..a", 'entry "..a": the host name has an empty label (two dots in a row, or one in front)'),
        (".10.0.0.1", 'entry ".10.0.0.1": an IP address has no subdomains'),
        (".[::1]", "entry number 1: the host is not a valid IPv6 address"),
        ("10.0.0.0/33", 'entry "10.0.0.0/33" is not a CIDR range'),
        ("c,a/8", "entry number 2 is not a CIDR range"),
        ("1.2.3", 'entry "1.2.3": host "1.2.3" ends like an IPv4 address but is not one'),
        ("a:0", 'entry "a:0": port 0 is out of range, it must be 1 to 65535'),
        ("a:", 'entry "a:": the port is empty'),
        ("1:2:3", 'entry "1:2:3": the host is not a valid IPv6 address'),
        ("a:b", "entry number 1: the port is not a decimal number"),
        ("::ffff:1.2.3.0/120", 'entry "::ffff:1.2.3.0/120": is an IPv4-mapped IPv6 address'),
        (
            "fe80::1%eth0/64",
            "entry number 1: the IPv6 address has a zone ID, which only means something on one machine",
        ),
        ("https://a", "contains a URL or a user name"),
        ("user:SECRET@a", "contains a URL or a user name"),
        ("SECRET\uff20a", "contains a URL or a user name"),
        ("SECRET\ufe6ba", "contains a URL or a user name"),
        ("https://user:a,SECRET!,b@h", "contains a URL or a user name"),
    ],
)
def test_refuses(given: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        NoProxy.parse(given)
    assert [problem.message for problem in caught.value.problems] == [sentence]


@pytest.mark.parametrize(
    "entry", ["user:SECRET", "h/SECRET", "h?SECRET", "h#SECRET", "h;SECRET", "h:1:SECRET", "a,SECRET!,b@c"]
)
def test_quotes_nothing_that_can_be_a_secret(entry: str) -> None:
    with pytest.raises(Invalid) as caught:
        NoProxy.parse(entry)
    assert "SECRET" not in str(caught.value)


def test_reports_every_bad_entry() -> None:
    with pytest.raises(Invalid) as caught:
        NoProxy.parse("a b,c,d e")
    assert len(caught.value.problems) == 2


def test_the_value_begins_with_this_machine_and_the_deployment() -> None:
    assert NoProxy.parse("b,coder,::1").value("coder") == "localhost,127.0.0.1,::1,coder,b"


def test_without_a_deployment_the_value_begins_with_this_machine() -> None:
    assert NoProxy().value("") == "localhost,127.0.0.1,::1"


def test_an_asterisk_in_front_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(Invalid) as caught:
        NoProxy.parse("*.example.com")
    (problem,) = caught.value.problems
    assert problem.hint == "write .example.com, without the asterisk"
