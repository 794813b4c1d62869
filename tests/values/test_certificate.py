from __future__ import annotations

import base64
import hashlib
import itertools
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.harness.certificates import Certified, make_certificate
from tests.harness.der import certificate, name, tlv
from tf_helper.errors import Invalid
from tf_helper.values.certificate import parse_ca_cert, parse_extra_ca_certs, parse_served_ca_cert, rfc3339
from tf_helper.values.certificate_warnings import ca_cert_warnings, extra_ca_certs_warnings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tf_helper.values.certificate import Certificate

    Parse = Callable[[str], tuple[Certificate, ...]]

DAY = 24 * 60 * 60
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
UNDECODABLE = "contains a certificate that does not decode as X.509"


@pytest.fixture(scope="module")
def leaf(ca: Certified) -> Certified:
    return make_certificate("leaf", issuer=ca, ca=False, to_day=-1)


def block(der: bytes) -> str:
    return f"{BEGIN}\n{base64.b64encode(der).decode()}\n{END}\n"


def sentence(text: str, parse: Parse = parse_ca_cert) -> str:
    with pytest.raises(Invalid) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert problem.hint
    return problem.message


def subject_of(text: str) -> str:
    """Return the subject that is read from a CA certificate."""
    (parsed,) = parse_ca_cert(text)
    assert parsed.ca
    return parsed.ca.subject


def test_tells_fingerprint_names_and_dates_of_a_ca(ca: Certified) -> None:
    (parsed,) = parse_ca_cert(ca.pem)
    assert parsed.sha256 == hashlib.sha256(ca.der).hexdigest()
    assert parsed.ca
    assert (parsed.ca.subject, parsed.ca.issuer) == ("CN=proxy CA", "CN=proxy CA")
    assert parsed.ca.not_after == int(ca.certificate.not_valid_after_utc.timestamp())
    assert parsed.ca.not_before == int(ca.certificate.not_valid_before_utc.timestamp())


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem,
        lambda pem: "\ufeff" + pem,
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", "\r"),
        lambda pem: f"subject=proxy CA\n{pem}\nsome text",
        lambda pem: f"\n\n  {pem.rstrip()}",
        lambda pem: BEGIN + "".join(pem.split("\n")[1:-2]) + END,
    ],
)
def test_comes_out_in_one_form(change: Callable[[str], str], ca: Certified) -> None:
    assert [parsed.pem for parsed in parse_ca_cert(change(ca.pem))] == [ca.pem]


def test_a_leaf_is_an_extra_certificate_without_details_or_warnings(ca: Certified, leaf: Certified) -> None:
    (parsed,) = extra = parse_extra_ca_certs(leaf.pem)
    assert (parsed.pem, parsed.ca) == (leaf.pem, None)
    assert list(extra_ca_certs_warnings(extra, parse_ca_cert(ca.pem), 0)) == []


@pytest.mark.parametrize("parse", [parse_ca_cert, parse_served_ca_cert])
def test_the_proxys_own_certificate_comes_first_in_a_chain_of_any_order(parse: Parse, ca: Certified) -> None:
    intermediate = make_certificate("intermediate", issuer=ca)
    own = make_certificate("own", issuer=intermediate)
    for chain in itertools.permutations([ca.pem, intermediate.pem, own.pem]):
        parsed = parse("".join(chain))
        assert parsed[0].pem == own.pem
        assert sorted(each.pem for each in parsed) == sorted(chain)


@pytest.mark.parametrize("parse", [parse_ca_cert, parse_served_ca_cert])
def test_the_proxys_own_certificate_is_part_of_the_chain(parse: Parse, ca: Certified) -> None:
    intermediate = make_certificate("intermediate", issuer=ca)
    own = make_certificate("own", issuer=intermediate)
    for chain in itertools.permutations([make_certificate("unrelated").pem, ca.pem, intermediate.pem, own.pem]):
        assert parse("".join(chain))[0].pem == own.pem


def test_certificates_that_issued_none_of_the_others_keep_their_order(ca: Certified) -> None:
    for others in ([make_certificate("other"), ca, ca], [make_certificate("proxy CA"), ca]):
        assert [parsed.pem for parsed in parse_ca_cert("".join(each.pem for each in others))] == [
            each.pem for each in others
        ]


def test_a_self_signed_certificate_comes_before_one_of_the_same_key_that_another_ca_signed() -> None:
    # Claude Code and Node.js take the first one of a name, and look no further.
    self_signed, cross_signed = certificate(), certificate(issuer=name("root"))
    assert [parsed.pem for parsed in parse_ca_cert(cross_signed + self_signed)] == [self_signed, cross_signed]


@pytest.mark.parametrize(
    ("attributes", "subject"),
    [
        ([(NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, "A"), (NameOID.COMMON_NAME, "B")], "CN=B,O=A,C=DE"),
        ([(NameOID.COMMON_NAME, 'a,b+c"d\\e<f>g;h')], r"CN=a\,b\+c\"d\\e\<f\>g\;h"),
        ([(NameOID.COMMON_NAME, "#a ")], r"CN=\#a\ "),
        ([(NameOID.COMMON_NAME, " a b")], r"CN=\ a b"),
        ([(NameOID.COMMON_NAME, " ")], r"CN=\ "),
        ([(NameOID.COMMON_NAME, "a\nb\u009b")], r"CN=a\0ab\c2\9b"),
        ([(NameOID.EMAIL_ADDRESS, "a@b"), (NameOID.SERIAL_NUMBER, "1")], "serialNumber=1,emailAddress=a@b"),
        ([(NameOID.TITLE, "a")], "2.5.4.12=a"),
        (
            [
                (NameOID.DOMAIN_COMPONENT, "example"),
                (NameOID.STATE_OR_PROVINCE_NAME, "a"),
                (NameOID.LOCALITY_NAME, "b"),
                (NameOID.STREET_ADDRESS, "c"),
                (NameOID.ORGANIZATIONAL_UNIT_NAME, "e"),
                (NameOID.USER_ID, "f"),
            ],
            "UID=f,OU=e,STREET=c,L=b,ST=a,DC=example",
        ),
    ],
)
def test_subjects_are_rfc_4514_strings(attributes: list[tuple[x509.ObjectIdentifier, str]], subject: str) -> None:
    made = make_certificate(x509.Name([x509.NameAttribute(*attribute) for attribute in attributes]))
    assert subject_of(made.pem) == subject


@pytest.mark.parametrize(
    ("encoded", "subject"),
    [
        (name("\u00e4", 0x1E, "utf-16-be"), "CN=\u00e4"),
        (name("\u00e4", 0x1C, "utf-32-be"), "CN=\u00e4"),
        (name("\u00e4", 0x14, "latin-1"), "CN=\u00e4"),
        (name("\0a", 0x03, kind="55042d"), "2.5.4.45=#03020061"),  # x500UniqueIdentifier, a bit string
        (name("a", kind="2a" + "81" * 600 + "01"), f"#2a{'81' * 600}01=a"),
    ],
)
def test_names_of_every_type_are_taken(encoded: bytes, subject: str) -> None:
    assert subject_of(certificate(subject=encoded)) == subject


def test_several_values_of_one_name_part_are_joined_by_a_plus() -> None:
    both = [x509.NameAttribute(NameOID.COMMON_NAME, "a"), x509.NameAttribute(NameOID.USER_ID, "b")]
    made = make_certificate(x509.Name([x509.RelativeDistinguishedName(both)]))
    assert set(subject_of(made.pem).split("+")) == {"CN=a", "UID=b"}


def test_a_ca_cert_pem_that_is_not_a_ca_is_refused(ca: Certified, leaf: Certified) -> None:
    assert sentence(leaf.pem) == "contains a certificate that is not a CA certificate"
    assert sentence(ca.pem + leaf.pem) == "contains 2 certificates, of which number 2 is not a CA certificate"


def test_what_does_not_decode_is_refused(ca: Certified) -> None:
    der = ca.der
    broken = (b"", b"0", b"0\x00", b"0\x80", der[:-1], der + b"\0", der + der, b"\0" * 100, der[:4] + b"\0" + der[5:])
    not_utf_8 = der.replace(b"proxy CA", b"proxy\xffCA")
    assert not_utf_8 != der
    for bad in (*broken, not_utf_8):
        assert sentence(block(bad)) == UNDECODABLE
    body = base64.b64encode(der).decode()
    for text in (f"{BEGIN}\n{body[:8]}!{body[8:]}\n{END}", f"{BEGIN}\n!!!!\n{END}", f"{BEGIN}\n\u00e4\n{END}"):
        assert sentence(text) == UNDECODABLE
    assert sentence(ca.pem + block(der[:-1]) + ca.pem) == (
        "contains 3 certificates, of which number 2 does not decode as X.509"
    )


@pytest.mark.parametrize(
    ("tag", "digits"),
    [
        (0x18, "20491231235959.5Z"),
        (0x18, "00001231235959Z"),
        (0x17, "491231235960Z"),
        (0x17, "490230235959Z"),
        (0x17, "491231235959"),
    ],
)
@pytest.mark.parametrize("parse", [parse_ca_cert, parse_extra_ca_certs])
def test_a_date_that_is_none_is_the_problem_of_a_ca_that_decodes(parse: Parse, tag: int, digits: str) -> None:
    pem = certificate(until=tlv(tag, digits.encode()))
    assert sentence(pem, parse) == "contains a certificate that has a date that is not as in RFC 5280"


def test_a_certificate_with_an_unreadable_extension_is_not_a_ca_and_the_next_one_is_unaffected(ca: Certified) -> None:
    # The sequence in basicConstraints, with a tag that it cannot have.
    broken = ca.der.replace(bytes.fromhex("30030101ff"), bytes.fromhex("52030101ff"))
    assert (len(broken), broken == ca.der) == (len(ca.der), False)
    assert sentence(block(broken)) == "contains a certificate that is not a CA certificate"
    assert [bool(one.ca) for one in parse_extra_ca_certs(ca.pem + block(broken) + ca.pem)] == [True, False, True]


def test_a_line_of_openssls_configuration_that_it_does_not_know_is_no_fault_of_a_certificate(
    ca: Certified, tmp_path: Path
) -> None:
    (tmp_path / "openssl.cnf").write_text(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nGroups = X0000:X25519:P-256\n"
    )
    code = (
        "import sys; from tf_helper.tls.context import ssl_context; from tf_helper.values.certificate import "
        "parse_ca_cert as parse; print(ssl_context(parse(sys.argv[1]), system=False).cert_store_stats()['x509_ca'])"
    )
    command = [sys.executable, "-c", code, ca.pem]
    environment = os.environ | {"OPENSSL_CONF": str(tmp_path / "openssl.cnf")}
    assert subprocess.check_output(command, env=environment, text=True) == "1\n"


@pytest.mark.parametrize(("parse", "limit"), [(parse_ca_cert, 16384), (parse_extra_ca_certs, 65536)])
def test_the_size_in_utf_8_is_limited(parse: Parse, limit: int, ca: Certified) -> None:
    assert parse(ca.pem.rjust(limit))
    for text in (ca.pem.rjust(limit + 1), ca.pem + "\u00e4" * (limit // 2)):
        assert sentence(text, parse) == f"is over {limit} bytes long"


def test_a_certificate_is_valid_to_the_last_second_and_warned_of_from_30_days_before(ca: Certified) -> None:
    (parsed,) = certificates = parse_ca_cert(ca.pem)
    assert parsed.ca
    begin, end = parsed.ca.not_before, parsed.ca.not_after

    def warned(now: int) -> str:
        return " ".join(problem.message for problem in ca_cert_warnings(certificates, (), now)).partition(";")[0]

    assert [warned(begin), warned(end - 30 * DAY)] == ["", ""]
    assert warned(begin - 1) == f'the certificate "CN=proxy CA" is not valid yet (valid from {rfc3339(begin)})'
    soon = f'the certificate "CN=proxy CA" expires at {rfc3339(end)}, within 30 days'
    assert [warned(end - 30 * DAY + 1), warned(end)] == [soon, soon]
    assert warned(end + 1) == f'the certificate "CN=proxy CA" has expired (at {rfc3339(end)})'


def test_an_intermediate_without_its_issuer_is_warned_of_wherever_it_is(ca: Certified) -> None:
    intermediate = make_certificate("intermediate", issuer=ca)
    root, given = parse_extra_ca_certs(ca.pem), parse_ca_cert(intermediate.pem)
    now = time.time()
    for warnings in (ca_cert_warnings(given, (), now), extra_ca_certs_warnings(given, (), now)):
        (problem,) = warnings
        assert problem.message.startswith(
            'the certificate "CN=intermediate" is an intermediate whose issuer is not given ("CN=proxy CA"); refused'
        )
    assert list(ca_cert_warnings(given, root, now)) == []
    assert list(extra_ca_certs_warnings(given, root, now)) == list(extra_ca_certs_warnings(root, given, now)) == []
