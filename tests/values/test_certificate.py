from __future__ import annotations

import base64
import hashlib
import ssl
import time

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.harness.certificates import Certified, make_certificate
from tf_helper.errors import Invalid
from tf_helper.values.certificate import (
    Certificate,
    is_expired,
    issuer_warnings,
    parse_ca_cert,
    parse_extra_ca_certs,
    rfc3339,
    validity_warnings,
)

DAY = 24 * 60 * 60
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@pytest.fixture(scope="module")
def leaf(ca: Certified) -> Certified:
    return make_certificate("leaf", issuer=ca, ca=False)


def block(der: bytes) -> str:
    return f"{BEGIN}\n{base64.b64encode(der).decode()}\n{END}\n"


def sentence(text: str, parse: object = parse_ca_cert) -> str:
    assert callable(parse)
    with pytest.raises(Invalid) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert problem.hint
    return problem.message


def subject_of(name: x509.Name) -> str:
    """Return the subject that is read from a CA certificate with this name."""
    (parsed,) = parse_ca_cert(make_certificate(name).pem)
    assert parsed.ca
    return parsed.ca.subject


def parsed(*, from_day: int = -30, to_day: int = 365) -> tuple[Certificate, ...]:
    return parse_ca_cert(make_certificate("x", from_day=from_day, to_day=to_day).pem)


def test_tells_fingerprint_names_and_dates_of_a_ca(ca: Certified) -> None:
    (certificate,) = parse_ca_cert(ca.pem)
    assert certificate.sha256 == hashlib.sha256(ca.der).hexdigest()
    assert certificate.ca
    assert (certificate.ca.subject, certificate.ca.issuer) == ("CN=proxy CA", "CN=proxy CA")
    assert certificate.ca.not_after == int(ca.certificate.not_valid_after_utc.timestamp())
    assert certificate.ca.not_before == int(ca.certificate.not_valid_before_utc.timestamp())


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem,
        lambda pem: "\ufeff" + pem,
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: f"subject=proxy CA\n{pem}\nsome text",
        lambda pem: pem.rstrip(),
        lambda pem: f"\n\n  {pem}",
        lambda pem: BEGIN + "".join(pem.split("\n")[1:-2]) + END,
    ],
)
def test_comes_out_in_one_form(change: object, ca: Certified) -> None:
    assert callable(change)
    (certificate,) = parse_ca_cert(change(ca.pem))
    assert certificate.pem == ca.pem


def test_keeps_every_certificate_in_order(ca: Certified) -> None:
    other = make_certificate("other")
    assert [certificate.pem for certificate in parse_ca_cert(other.pem + ca.pem)] == [other.pem, ca.pem]


def test_a_leaf_is_an_extra_certificate_without_details(leaf: Certified) -> None:
    (certificate,) = parse_extra_ca_certs(leaf.pem)
    assert (certificate.pem, certificate.ca) == (leaf.pem, None)


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ([(NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, "A"), (NameOID.COMMON_NAME, "B")], "CN=B,O=A,C=DE"),
        ([(NameOID.COMMON_NAME, 'a,b+c"d\\e<f>g;h')], r"CN=a\,b\+c\"d\\e\<f\>g\;h"),
        ([(NameOID.COMMON_NAME, "#a ")], r"CN=\#a\ "),
        ([(NameOID.COMMON_NAME, " a b")], r"CN=\ a b"),
        ([(NameOID.COMMON_NAME, " ")], r"CN=\ "),
        ([(NameOID.COMMON_NAME, "a\nb\u009b")], r"CN=a\0ab\c2\9b"),
        ([(NameOID.COMMON_NAME, "\u00e4")], "CN=\u00e4"),
        ([(NameOID.EMAIL_ADDRESS, "a@b")], "emailAddress=a@b"),
        (
            [
                (NameOID.DOMAIN_COMPONENT, "example"),
                (NameOID.COUNTRY_NAME, "DE"),
                (NameOID.STATE_OR_PROVINCE_NAME, "a"),
                (NameOID.LOCALITY_NAME, "b"),
                (NameOID.STREET_ADDRESS, "c"),
                (NameOID.ORGANIZATION_NAME, "d"),
                (NameOID.ORGANIZATIONAL_UNIT_NAME, "e"),
                (NameOID.USER_ID, "f"),
            ],
            "UID=f,OU=e,O=d,STREET=c,L=b,ST=a,C=DE,DC=example",
        ),
    ],
)
def test_subjects_are_rfc_4514_strings(name: list[tuple[x509.ObjectIdentifier, str]], subject: str) -> None:
    assert subject_of(x509.Name([x509.NameAttribute(*attribute) for attribute in name])) == subject


def test_several_values_of_one_name_part_are_joined_by_a_plus() -> None:
    both = [x509.NameAttribute(NameOID.COMMON_NAME, "a"), x509.NameAttribute(NameOID.USER_ID, "b")]
    assert set(subject_of(x509.Name([x509.RelativeDistinguishedName(both)])).split("+")) == {"CN=a", "UID=b"}


def test_a_private_key_is_refused_and_not_shown(ca: Certified) -> None:
    for text in (ca.key_pem, ca.pem + ca.key_pem, "-----BEGIN EC PRIVATE KEY-----"):
        for parse in (parse_ca_cert, parse_extra_ca_certs):
            assert sentence(text, parse) == "contains a private key"


def test_a_ca_cert_pem_that_is_not_a_ca_is_refused(ca: Certified, leaf: Certified) -> None:
    assert sentence(leaf.pem) == "contains a certificate that is not a CA certificate"
    assert sentence(ca.pem + leaf.pem) == "contains 2 certificates, of which number 2 is not a CA certificate"


@pytest.mark.parametrize("text", [" ", "<html>", '{"message": "x"}', "BEGIN CERTIFICATE"])
def test_text_without_a_certificate_is_refused(text: str) -> None:
    assert sentence(text) == "contains no certificate"


def test_what_does_not_decode_is_refused(ca: Certified) -> None:
    der = ca.der
    for bad in (b"", b"0", b"0\x00", der[:-1], der + b"\x00", der + der, b"\x00" * 100, der[:4] + b"\x00" + der[5:]):
        assert sentence(block(bad)) == "contains a certificate that does not decode as X.509"
    body = base64.b64encode(der).decode()
    for text in (f"{BEGIN}\n{body[:8]}!{body[8:]}\n{END}", f"{BEGIN}\n!!!!\n{END}", f"{BEGIN}\n\u00e4\n{END}"):
        assert sentence(text) == "contains a certificate that does not decode as X.509"


def test_a_name_that_is_not_text_is_refused(ca: Certified) -> None:
    # The UTF8String in the issuer's name; OpenSSL loads such a certificate, and fails to tell what it is.
    assert ca.der.count(b"proxy CA") == 2
    assert sentence(block(ca.der.replace(b"proxy CA", b"proxy\xffCA"))) == (
        "contains a certificate that does not decode as X.509"
    )


def test_a_certificate_with_an_unreadable_extension_is_not_a_ca_and_the_next_one_is_unaffected(ca: Certified) -> None:
    # The sequence in basicConstraints, with a tag that it cannot have.
    broken = ca.der.replace(bytes.fromhex("30030101ff"), bytes.fromhex("52030101ff"))
    assert len(broken) == len(ca.der)
    assert broken != ca.der
    assert sentence(block(broken)) == "contains a certificate that is not a CA certificate"
    assert [bool(one.ca) for one in parse_extra_ca_certs(ca.pem + block(broken) + ca.pem)] == [True, False, True]


def test_says_which_certificate_does_not_decode(ca: Certified) -> None:
    assert (
        sentence(ca.pem + block(ca.der[:-1]) + ca.pem)
        == "contains 3 certificates, of which number 2 does not decode as X.509"
    )


def test_a_truncated_text_is_refused(ca: Certified) -> None:
    for text in (ca.pem[:-30], ca.pem[:-30] + ca.pem, ca.pem[30:] + ca.pem, ca.pem + END, END + ca.pem, BEGIN):
        assert sentence(text) == "has a certificate without a beginning or an end"


@pytest.mark.parametrize(("parse", "limit"), [(parse_ca_cert, 16384), (parse_extra_ca_certs, 65536)])
def test_the_size_is_limited(parse: object, limit: int, ca: Certified) -> None:
    assert callable(parse)
    assert parse(ca.pem.rjust(limit))
    assert sentence(ca.pem.rjust(limit + 1), parse) == f"is over {limit} bytes long"


def test_the_size_is_measured_in_utf_8(ca: Certified) -> None:
    assert sentence(ca.pem + "\u00e4" * 8192) == "is over 16384 bytes long"


@pytest.mark.parametrize(
    ("from_day", "to_day", "end"),
    [(-30, -1, " expired at "), (1, 365, " is not valid before "), (-30, 29, " expires at "), (-30, 31, None)],
)
def test_warns_of_dates(from_day: int, to_day: int, end: str | None) -> None:
    warnings = list(validity_warnings(parsed(from_day=from_day, to_day=to_day), time.time()))
    assert len(warnings) == (end is not None)
    assert all(str(warning).startswith(f'the certificate "CN=x"{end}20') for warning in warnings)


def test_a_certificate_is_valid_to_the_last_second_and_warned_of_from_30_days_before() -> None:
    (certificate,) = parsed()
    assert certificate.ca
    end = certificate.ca.not_after
    assert [is_expired(certificate, end + seconds) for seconds in (0, 1)] == [False, True]
    assert list(validity_warnings([certificate], end - 30 * DAY)) == []
    (warning,) = validity_warnings([certificate], end - 30 * DAY + 1)
    assert str(warning) == f'the certificate "CN=x" expires at {rfc3339(end)}, within 30 days.'
    begin = certificate.ca.not_before
    assert list(validity_warnings([certificate], begin)) == []
    (warning,) = validity_warnings([certificate], begin - 1)
    assert str(warning) == f'the certificate "CN=x" is not valid before {rfc3339(begin)}.'


def test_knows_no_dates_of_a_leaf() -> None:
    leaf = parse_extra_ca_certs(make_certificate("leaf", ca=False, to_day=-1).pem)
    assert list(validity_warnings(leaf, time.time())) == []
    assert not is_expired(leaf[0], time.time())


def test_warns_of_an_intermediate_whose_issuer_is_missing(ca: Certified) -> None:
    intermediate = parse_ca_cert(make_certificate("intermediate", issuer=ca).pem)
    (warning,) = issuer_warnings(intermediate, ())
    assert str(warning).startswith(
        'the certificate "CN=intermediate" is an intermediate, and its issuer "CN=proxy CA" is not among extra_ca_certs'
    )
    assert list(issuer_warnings(intermediate, parse_extra_ca_certs(ca.pem))) == []
    assert list(issuer_warnings(parse_ca_cert(ca.pem), ())) == []


def test_the_standard_library_agrees_on_what_comes_out(ca: Certified) -> None:
    (certificate,) = parse_ca_cert(f"text{ca.pem}")
    assert ssl.PEM_cert_to_DER_cert(certificate.pem) == ca.der
