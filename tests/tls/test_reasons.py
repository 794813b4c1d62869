"""Why OpenSSL refuses a certificate: real ones, each refused for one reason, and what the table says of them."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.harness.certificates import SERVER_AUTH, Certified, make_certificate, server_context, signed_with_sha1
from tf_helper.tls.reasons import REASONS, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

HOST = "api.anthropic.com"
PARTIAL, STRICT = ssl.VERIFY_X509_PARTIAL_CHAIN, ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
CLIENT_AUTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
UNHEARD_OF = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505


def leaf(issuer: Certified | None, **changed: object) -> Certified:
    usual = {"ca": False, "hosts": [HOST], "extensions": [SERVER_AUTH]}
    return make_certificate("leaf", issuer=issuer, **{**usual, **changed})  # type: ignore[arg-type]


CA = make_certificate("CA")
OLD = make_certificate("Old CA", to_day=-1)
NAMESAKE = make_certificate("CA", identifiers=False)
WITHOUT_IDENTIFIERS = make_certificate("CA", identifiers=False)
BELOW = make_certificate("Below", issuer=CA)
NO_CA = make_certificate("No CA", issuer=CA, ca=False)
SHORT = make_certificate("Short path", path_length=0)
BELOW_SHORT = make_certificate("Below", issuer=SHORT)
ELSEWHERE = make_certificate("Elsewhere", extensions=[x509.NameConstraints([x509.DNSName("example.com")], None)])
NOT_HERE = make_certificate("Not here", extensions=[x509.NameConstraints(None, [x509.DNSName(HOST)])])
FOR_CLIENTS = make_certificate("For clients", extensions=[CLIENT_AUTH])
WEAK_CA = make_certificate("Weak CA", key=WEAK)
STRONG_RSA = make_certificate("RSA CA", key=rsa.generate_private_key(65537, 2048))
WITHOUT_USAGE = make_certificate("Without keyUsage", key_usage=False)
NOT_CRITICAL = make_certificate("Not critical", critical=False)


class Refused(NamedTuple):
    """What a server shows, what the client trusts and how it verifies, and the code that OpenSSL has for it."""

    code: int
    chain: Sequence[Certified]
    trusted: Certified
    flags: int = PARTIAL
    host: str = HOST


CASES = {
    "an intermediate CA without its root": Refused(2, [leaf(BELOW), BELOW], BELOW, flags=0),
    "a CA of the same name": Refused(7, [leaf(NAMESAKE, identifiers=False), NAMESAKE], WITHOUT_IDENTIFIERS),
    "not yet valid": Refused(9, [leaf(CA, from_day=1)], CA),
    "expired": Refused(10, [leaf(CA, from_day=-9, to_day=-1)], CA),
    "an expired CA": Refused(10, [leaf(OLD)], OLD),
    "self-signed": Refused(18, [leaf(None)], CA),
    "an unknown CA, shown": Refused(19, [leaf(OLD), OLD], CA),
    "an unknown CA": Refused(20, [leaf(OLD)], CA),
    "path length": Refused(25, [leaf(BELOW_SHORT), BELOW_SHORT], SHORT),
    "for clients": Refused(26, [leaf(CA, extensions=[CLIENT_AUTH])], CA),
    "a CA for clients": Refused(26, [leaf(FOR_CLIENTS)], FOR_CLIENTS),
    "an unknown critical extension": Refused(34, [leaf(CA, extensions=[UNHEARD_OF])], CA),
    "name constraints, permitted": Refused(47, [leaf(ELSEWHERE)], ELSEWHERE),
    "name constraints, excluded": Refused(48, [leaf(NOT_HERE)], NOT_HERE),
    "another name": Refused(62, [leaf(CA, hosts=["example.com"])], CA),
    "another address": Refused(64, [leaf(CA)], CA, host="192.0.2.1"),
    "a weak key": Refused(66, [leaf(CA, key=WEAK)], CA),
    "a CA with a weak key": Refused(67, [leaf(WEAK_CA)], WEAK_CA),
    "SHA-1": Refused(68, [signed_with_sha1(STRONG_RSA, HOST)], STRONG_RSA),
    "not signed by a CA": Refused(79, [leaf(NO_CA), NO_CA], CA),
    "without authority key identifier": Refused(85, [leaf(CA, identifiers=False)], CA, flags=STRICT),
    "without subject key identifier": Refused(86, [leaf(NAMESAKE)], NAMESAKE, flags=STRICT),
    "basicConstraints not critical": Refused(89, [leaf(NOT_CRITICAL)], NOT_CRITICAL, flags=STRICT),
    "without keyUsage": Refused(92, [leaf(WITHOUT_USAGE)], WITHOUT_USAGE, flags=STRICT),
}


def verify(case: Refused) -> ssl.SSLCertVerificationError:
    """Shake hands in memory; return why that fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VerifyFlags(case.flags)
    context.load_verify_locations(cadata=case.trusted.pem)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(to_client, to_server, server_hostname=case.host)
    server = server_context(*case.chain).wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            return error
    raise AssertionError("it is trusted")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_openssl_refuses_a_certificate_for_the_reason_of_the_table(case: Refused) -> None:
    error = verify(case)
    assert error.verify_code == case.code
    assert explain(error).message == f"{REASONS[case.code].message} ({error.verify_message.rstrip('.')})"


def test_every_reason_of_the_table_has_a_certificate_here() -> None:
    assert {case.code for case in CASES.values()} == set(REASONS) - {
        24
    }  # OpenSSL 1.1.1 has it for what is 79 since 3.0


@pytest.mark.parametrize(
    ("code", "cause"),
    [(51, "unsupported name constraint type"), (24, f"{REASONS[79].message} (invalid CA certificate)")],
)
def test_other_codes_are_in_openssls_own_words_but_for_one_of_an_older_openssl(code: int, cause: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    error.verify_message = "unsupported name constraint type" if code == 51 else "invalid CA certificate"
    assert explain(error).message == cause
    assert explain(error).hint
