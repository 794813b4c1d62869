from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest.mock import patch

import httpx
import pytest
from hypothesis import given

from tests.harness.searching import examples
from tests.harness.spellings import NO_PROXIES
from tf_helper.errors import Invalid, Problem
from tf_helper.values.no_proxy import NoProxy, length_problem
from tf_helper.values.provider_hosts import provider_hosts

if TYPE_CHECKING:
    from tests.harness.spellings import Spelled

HTTPX_FAILS = "with one, httpx up to 0.28 and the Python SDKs built on it fail"


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
        ("10.0.0.0/255.0.0.0", ("10.0.0.0/8",)),
        ("0.0.0.0", ("0.0.0.0",)),  # noqa: S104
        ("2001:DB8:0::1", ("2001:db8::1",)),
        ("[::1]", ("::1",)),
        ("::2/128", ("::2",)),
        ("[::2]/128", ("::2",)),
        ("bücher.example", ("xn--bcher-kva.example",)),
        ("localhost,127.0.0.1", ("localhost", "127.0.0.1")),
    ],
)
def test_accepts_and_normalizes(given: str, entries: tuple[str, ...]) -> None:
    assert NoProxy.parse(given).entries == entries


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("*", '"*" would send nothing through the proxy'),
        ("a, *", '"*" would send nothing through the proxy'),
        *((text, f'"{text}" would send nothing through the proxy') for text in ("**", "*.", ".*", "*.*", "*:443")),
        ("*.example.com", 'entry "*.example.com": the host contains "*", which is not allowed in a host name'),
        ("*.example.*", 'entry "*.example.*": the host contains "*", which is not allowed in a host name'),
        ("*.example.com:99999", 'entry "*.example.com:99999": port 99999 is out of range, it must be 1 to 65535'),
        ("*.[::1]", "entry number 1: the host is not a valid IPv6 address"),
        ("*.a\u001b[31mRED", 'entry number 1: the host contains "\\u001b", which is not allowed in a host name'),
        (
            f"*.{'a' * 5000}",
            f'entry "*.{"a" * 75}...": the host name has 5000 characters, at most 253 are allowed',
        ),
        (".", 'entry ".": has no host'),
        ("..a", 'entry "..a": the host name has an empty label (two dots in a row, or one in front)'),
        (".10.0.0.1", 'entry ".10.0.0.1": an IP address has no subdomains'),
        (".[::1]", "entry number 1: the host is not a valid IPv6 address"),
        ("10.0.0.0/33", 'entry "10.0.0.0/33" is not a CIDR range'),
        ("c,a/8", "entry number 2 is not a CIDR range"),
        ("::1/129", 'entry "::1/129" is not a CIDR range'),
        ("1.2.256", 'entry "1.2.256": host "1.2.256" ends like an IPv4 address but is not one'),
        ("1.2.3.4.", 'entry "1.2.3.4.": host "1.2.3.4." is an IPv4 address with a trailing dot'),
        ("a:0", 'entry "a:0": port 0 is out of range, it must be 1 to 65535'),
        ("a:", 'entry "a:": the port is empty'),
        ("1:2:3", 'entry "1:2:3": the host is not a valid IPv6 address'),
        ("a:b", "entry number 1: the port is not a decimal number"),
        ("::ffff:1.2.3.0/120", 'entry "::ffff:1.2.3.0/120" is an IPv4-mapped IPv6 address'),
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
    ("given", "sentence", "hint"),
    [
        ('["localhost"]', "is a list in brackets", "write the hosts with commas between them: localhost,.example.com"),
        (" [ 'a', 'b' ] ", "is a list in brackets", "write the hosts with commas between them: localhost,.example.com"),
        ("[a,b]", "is a list in brackets", "write the hosts with commas between them: localhost,.example.com"),
        *(
            (text, f"entry number {number} has quotation marks around it", "remove them")
            for text, number in (('"a.example"', 1), ("a,'b'", 2))
        ),
        ("a,b.example/", "entry number 2 ends in a slash", "remove it: entries are hosts, not URLs"),
        ("[]", "is a list in brackets", "write the hosts with commas between them: localhost,.example.com"),
        ("10.*", 'entry "10.*" is part of an IPv4 address', "write 10.0.0.0/8"),
        ("172.16.*.*", 'entry "172.16.*.*" is part of an IPv4 address', "write 172.16.0.0/16"),
        ("192.168.", 'entry "192.168." is part of an IPv4 address', "write 192.168.0.0/16"),
        ("192.255", 'entry "192.255" is part of an IPv4 address', "write 192.255.0.0/16"),
        ("192.168.1", 'entry "192.168.1" is part of an IPv4 address', "write 192.168.1.0/24"),
        ("010.", 'entry "010." is part of an IPv4 address', "write 10.0.0.0/8"),
        (
            "<local>",
            "entry number 1 uses Windows' <local>, which no other system understands",
            "name the hosts without a dot instead",
        ),
        *(
            (
                text,
                "entry number 2 contains a blank, a semicolon or a vertical bar",
                "separate hosts by commas: localhost,.example.com",
            )
            for text in ("x,a b", "x,a\tb", "x,a\nb", "x,a;b", "x,a; b", "x,a|b", "x,a;<local>", "x,a\u00a0b")
        ),
        *(
            (
                f"*.{rest}",
                f'entry "*.{rest}": the host contains "*", which is not allowed in a host name',
                f"write .{normalized}, without the asterisk",
            )
            for rest, normalized in (("example.com", "example.com"), ("Example.COM.:0443", "example.com:443"))
        ),
        ("*.10.0.0.1:80", 'entry "*.10.0.0.1:80": an IP address has no subdomains', "write 10.0.0.1:80"),
        ("*.10.0.0.0/8", "entry number 1 is not a CIDR range", "for example 10.0.0.0/8"),
        *(
            (
                text,
                f'entry "{text}" is a range of IPv6 addresses; {HTTPX_FAILS}',
                "name its hosts, or their addresses",
            )
            for text in ("fd00::/8", "::/0", "[fd00::]/8", "FD00::1/127")
        ),
        *(
            (
                text,
                f'entry "{text}" is an IPv6 address with a port; {HTTPX_FAILS}',
                "leave the port out: ::2",
            )
            for text in ("[::2]:8080", "[0::2]:1")
        ),
        (
            ",".join(f"host{number}.example.com" for number in range(500)),
            "is over 8192 bytes long",
            "name a .domain or an IPv4 range instead of many hosts",
        ),
    ],
)
def test_what_people_paste_or_python_fails_on_is_refused_with_what_to_write_instead(
    given: str, sentence: str, hint: str
) -> None:
    with pytest.raises(Invalid) as caught:
        NoProxy.parse(given)
    (problem,) = caught.value.problems
    assert (problem.message, problem.hint) == (sentence, hint)


@pytest.mark.parametrize(
    ("entry", "hosts"),
    [
        ("api.anthropic.com", "api.anthropic.com"),
        ("anthropic.com", "api.anthropic.com"),
        (".Anthropic.com", "api.anthropic.com"),
        ("api.openai.com:443", "api.openai.com"),
        ("gpt.com", "chatgpt.com"),  # older versions of Python's requests look at letters, not at labels
        (
            "githubcopilot.com",
            "api.individual.githubcopilot.com, api.business.githubcopilot.com, api.enterprise.githubcopilot.com",
        ),
        (".com", ", ".join(host for host in provider_hosts() if host.endswith(".com"))),
    ],
)
def test_warns_of_an_entry_that_takes_a_known_provider_past_the_proxy(entry: str, hosts: str) -> None:
    normalized = entry.lower()
    assert NoProxy.parse(f"a,{entry}").warnings == (Problem(f'"{normalized}" takes {hosts} past the proxy'),)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.anthropic.com:8443",
        "x.api.anthropic.com",
        "example.com,.internal,10.0.0.0/8,::1,fd00::443",
        "anthropic.co",
    ],
)
def test_other_entries_cause_no_warning(given: str) -> None:
    assert NoProxy.parse(given).warnings == ()


@pytest.mark.fuzz
@examples(60)
@given(NO_PROXIES)
def test_the_python_sdks_of_ai_providers_take_every_value(spelled: Spelled) -> None:
    value = NoProxy.parse(spelled.other).value("coder.example.com")
    with patch.dict(os.environ, {"HTTPS_PROXY": "http://h:8888", "NO_PROXY": value, "no_proxy": value}, clear=True):
        httpx.Client(verify=False).close()  # noqa: S501 - without the system's roots, which take long to load


@pytest.mark.parametrize(
    "entry",
    ["user:SECRET", "h/SECRET", "h?SECRET", "h#SECRET", "h;SECRET", "h:1:SECRET", "*.h:SECRET", "a,SECRET!,b@c"],
)
def test_quotes_nothing_that_can_be_a_secret(entry: str) -> None:
    with pytest.raises(Invalid) as caught:
        NoProxy.parse(entry)
    assert "SECRET" not in str(caught.value)


def test_reports_every_bad_entry() -> None:
    with pytest.raises(Invalid) as caught:
        NoProxy.parse("a b,c,d/e")
    assert len(caught.value.problems) == 2


def test_the_value_begins_with_this_machine_and_the_deployment() -> None:
    assert NoProxy.parse("b,coder,::1").value("coder") == "localhost,127.0.0.1,::1,coder,b"


def test_without_a_deployment_the_value_begins_with_this_machine() -> None:
    assert NoProxy().value("") == "localhost,127.0.0.1,::1"


def test_a_value_of_8_kib_is_the_longest() -> None:
    assert length_problem("\u00e4" * 4096) is None
    assert length_problem("\u00e4" * 4096 + "a") is not None
