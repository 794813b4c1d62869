"""What the program refuses in a query, and what it warns of: by running it."""

from __future__ import annotations

import json
import unicodedata
from base64 import b64encode

from tests.harness.certificates import make_certificate
from tests.harness.program import run_in_process
from tests.harness.promises import REFUSED, answered
from tests.harness.spellings import pem
from tests.messages.case import Case, described, entry, plain, sections

CA = make_certificate("proxy CA")
SERVER = make_certificate("h", issuer=CA, ca=False)
# Trust settings with an element 0: the uses that are rejected, here serverAuth.
DISTRUSTED = pem(CA.der + bytes.fromhex("300ca00a06082b06010505070301"), "TRUSTED CERTIFICATE")
INTERMEDIATE = make_certificate("intermediate CA", issuer=make_certificate("company root"))

# With a letter of Unicode 14, which Python 3.10 does not know: it refuses the label with another message.
NEW_LETTER = plain('"proxy_url": "https://xn--wgb0xh1c"')
_PYTHON_310 = "is not a valid international name (IDNA 2008)", "contains U+088A, which not all clients support"

REFUSALS: dict[str, tuple[Case, ...]] = {
    "Any key": (
        plain('"agent_id": 1'),
        plain('"agent_id": true'),
        plain('"agent_id": ["a"]'),
        plain('"agent_id": {"a": "b"}'),
        plain('"agent_id": "\\ud800"'),
        plain('"agent_id": "a", "agent_id": "a"'),
        plain('"cert_pat": "/a"'),
        plain('"timeout_seconds": "1"'),
    ),
    "proxy_url": (
        plain('"proxy_url": null'),
        plain('"proxy_url": "https://h/a"'),
    ),
    "URLs": (
        plain('"proxy_url": " "'),
        plain('"proxy_url": "h"'),
        plain('"proxy_url": "ftp://h"'),
        plain('"proxy_url": "https://a b"'),
        plain('"proxy_url": "https:\\\\\\\\h"'),
        plain('"proxy_url": "https://h\\u200b"'),
        plain('"proxy_url": "https://u:p@h"'),
        plain('"proxy_url": "https://h?a"'),
        plain('"proxy_url": "https://h#a"'),
        plain('"proxy_url": "https://h:"'),
        plain('"proxy_url": "https://h:a"'),
        plain('"proxy_url": "https://h:99999"'),
        plain('"proxy_url": "https://::1:8888"'),
        plain('"proxy_url": "http://0.0.0.0:8888"'),
    ),
    "Hosts": (
        plain('"proxy_url": "https://"'),
        plain('"proxy_url": "https://a!b"'),
        plain('"proxy_url": "https://a..b"'),
        plain('"proxy_url": "https://-a"'),
        plain('"proxy_url": "https://1.2.3"'),
        plain('"proxy_url": "https://[a"'),
        plain('"proxy_url": "https://[fe80::1%25eth0]"'),
        plain('"proxy_url": "https://[::g]"'),
        plain('"proxy_url": "https://[::ffff:1.2.3.4]"'),
        described("proxy_url", "https:// and a label of 64 letters", f"https://{'a' * 64}"),
        described("proxy_url", "https:// and a host of 254 letters and dots", f"https://{'a.' * 126}aa"),
        plain('"proxy_url": "https://xn--a"'),
        plain('"proxy_url": "https://xn--lsba347p"'),
        NEW_LETTER,
        plain('"proxy_url": "https://\\u05d0.1a"'),
    ),
    "cert_path": (
        plain('"cert_path": " "'),
        plain('"cert_path": "file:///a"'),
        plain('"cert_path": "certs/ca.pem"'),
        plain('"cert_path": "~/ca.pem"'),
        plain('"cert_path": "C:\\\\ca.pem"'),
        plain('"cert_path": "/certs/"'),
        plain('"cert_path": "/a*b"'),
        plain('"cert_path": "/a/../b"'),
        described("cert_path", "a path of 4001 characters", f"/{'a/' * 2000}"[:4000] + "a"),
        described("cert_path", "a file name of 201 characters", f"/{'a' * 201}"),
        plain('"cert_path": "/etc/ssl/cert.pem"'),
        plain('"cert_path": "/usr/local/share/ca-certificates/ca.pem"'),
    ),
    "wrapper_path": (
        plain('"wrapper_path": "/a b"'),
        plain('"wrapper_path": "/tmp/aibridge-proxy/ca-cert.pem"'),
        plain('"wrapper_path": "/tmp/aibridge-proxy"'),
    ),
    "agent_id": (
        plain('"agent_id": " "'),
        plain('"agent_id": "a b"'),
    ),
    "access_url": (
        plain('"access_url": "https://h/%41"'),
        plain('"access_url": "https://h/../a"'),
    ),
    "no_proxy": (
        plain('"no_proxy": "http://h"'),
        plain('"no_proxy": "*"'),
        plain('"no_proxy": "*.example.com"'),
        plain('"no_proxy": "a,b?c"'),
        plain('"no_proxy": ".10.0.0.1"'),
        plain('"no_proxy": "10.0.0.0/33"'),
        plain('"no_proxy": "fd00::/8"'),
        plain('"no_proxy": "[::2]:8443"'),
        plain('"no_proxy": "[\\"localhost\\"]"'),
        plain('"no_proxy": "192.168."'),
        plain('"no_proxy": "localhost;10.0.0.1"'),
        plain('"no_proxy": "\'.example\'"'),
        plain('"no_proxy": "coder.example.com/"'),
        plain('"no_proxy": "<local>"'),
        described("no_proxy", "8193 characters", "a" * 8193),
    ),
    "ca_cert_pem and extra_ca_certs_pem": (
        described("extra_ca_certs_pem", "65537 characters", "a" * 65537),
        plain('"ca_cert_pem": "a"'),
        described("ca_cert_pem", "the PEM of a private key", CA.key_pem),
        described("ca_cert_pem", "the PEM of a public key", pem(b"", "PUBLIC KEY")),
        plain('"ca_cert_pem": "---- BEGIN CERTIFICATE ----"'),
        described("ca_cert_pem", "a certificate with \\n for line ends", CA.pem.replace("\n", "\\n")),
        described("ca_cert_pem", "a certificate whose settings reject servers", DISTRUSTED),
        described("ca_cert_pem", "the first 100 characters of a certificate", CA.pem[:100]),
        described("ca_cert_pem", "a certificate with a character changed", CA.pem.replace("\nM", "\n!", 1)),
        described("ca_cert_pem", "two certificates, the second one broken", CA.pem + CA.pem.replace("\nM", "\n!", 1)),
        described("ca_cert_pem", "the certificate of a server", SERVER.pem),
        described("ca_cert_pem", "a certificate in base64 once more", b64encode(CA.pem.encode()).decode()),
        plain('"ca_cert_pem": "ca.pem"'),
    ),
    "fetch_ca_cert": (
        plain('"fetch_ca_cert": "yes"'),
        plain('"fetch_ca_cert": true'),
    ),
}

# Not a query at all.
INPUTS: tuple[tuple[str, bytes], ...] = (
    ("<nothing>", b""),
    ("x", b"x"),
    ("[]", b"[]"),
    ("{}{}", b"{}{}"),
    ('{"proxy_url": NaN}', b'{"proxy_url": NaN}'),
    ("<100000 times [>", b"[" * 100_000),
    ("<the byte 255>", b"\xff"),
    ("<262145 bytes>", b" " * 262_145),
)

WARNINGS: dict[str, tuple[Case, ...]] = {
    "proxy_url": (
        plain('"proxy_url": "http://h"'),
        plain('"proxy_url": "http://localhost:8888"'),
        plain('"access_url": "https://h"'),
    ),
    "access_url": (plain('"access_url": "https://coder.example.com/a"'),),
    "no_proxy": (plain('"no_proxy": "anthropic.com"'),),
    "ca_cert_pem and extra_ca_certs_pem": (
        described("ca_cert_pem", "an expired certificate", make_certificate("proxy CA", to_day=-1).pem),
        described("ca_cert_pem", "a certificate for the future", make_certificate("proxy CA", from_day=1).pem),
        described("ca_cert_pem", "a certificate for 29 days", make_certificate("proxy CA", to_day=29).pem),
        described("ca_cert_pem", "an intermediate, without its root", INTERMEDIATE.pem),
        described("extra_ca_certs_pem", "an intermediate, without its root", INTERMEDIATE.pem),
        described("ca_cert_pem", "a CA without keyUsage", make_certificate("proxy CA", key_usage=False).pem),
    ),
}


def refusals() -> str:
    """Return the part of the page on what is refused."""
    not_queries = {"Standard input": (entry(shown, _refusal(data)) for shown, data in INPUTS)}
    keys = {title: (entry(case.shown, _refused(case)) for case in cases) for title, cases in REFUSALS.items()}
    return sections(not_queries | keys)


def warnings() -> str:
    """Return the part of the page on warnings."""
    return sections(
        {title: (entry(case.shown, _warning(case.query)) for case in cases) for title, cases in WARNINGS.items()}
    )


def _refused(case: Case) -> list[str]:
    lines = _refusal(case.query)
    if case is NEW_LETTER and unicodedata.unidata_version < "14":
        return [line.replace(*_PYTHON_310) for line in lines]
    return lines


def _refusal(query: bytes) -> list[str]:
    """Return the lines of the one problem that the query has."""
    ran = run_in_process(query)
    assert ran.status == REFUSED, ran
    head, *lines = ran.stderr.decode("ascii").splitlines()
    assert head == "tf-helper: error: 1 problem in the query", lines
    return lines


def _warning(query: bytes) -> list[str]:
    """Return the line of the one warning that the query causes."""
    (warning,) = json.loads(answered(run_in_process(query))["warnings"])
    return [f"  {warning}"]
