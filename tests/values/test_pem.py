"""No block of a PEM text is dropped silently: it is taken or named."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.spellings import pem
from tf_helper.errors import Invalid
from tf_helper.values.certificate import parse_ca_cert, parse_extra_ca_certs, parse_saved, parse_served_ca_cert
from tf_helper.values.pem import split_pem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tf_helper.errors import Problem
    from tf_helper.values.certificate import Certificate

PARSERS = (parse_ca_cert, parse_extra_ca_certs, parse_saved, parse_served_ca_cert)
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def problems(text: str, parse: Callable[[str], object] = parse_ca_cert) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert all(problem.hint for problem in caught.value.problems)
    return caught.value.problems


def sentence(text: str, parse: Callable[[str], object] = parse_ca_cert) -> str:
    (problem,) = problems(text, parse)
    return problem.message


def trusted(certified: Certified, *settings: str) -> str:
    """Return a certificate in OpenSSL's format, with trust settings behind it."""
    command = ["openssl", "x509", "-trustout", *settings]
    return subprocess.run(command, input=certified.pem, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("label", ["X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
def test_openssls_other_labels_are_certificates_too(label: str, ca: Certified) -> None:
    for parse in PARSERS:
        assert [one.pem for one in parse(ca.pem + pem(ca.der, label))] == [ca.pem] * 2


@pytest.mark.parametrize(
    "settings", [("-setalias", "x"), ("-addtrust", "serverAuth"), ("-addtrust", "serverAuth", "-setalias", "x" * 200)]
)
def test_trust_settings_are_cut_off(settings: tuple[str, ...], ca: Certified) -> None:
    text = trusted(ca, *settings)
    assert "BEGIN TRUSTED CERTIFICATE" in text
    for parse in PARSERS:
        assert [one.pem for one in parse(text)] == [ca.pem]


@pytest.mark.parametrize(
    "settings", [("-addreject", "emailProtection"), ("-addtrust", "serverAuth", "-addreject", "1.2.3")]
)
def test_trust_settings_that_reject_a_use_are_an_error(settings: tuple[str, ...], ca: Certified) -> None:
    text = trusted(ca, *settings)
    assert sentence(text) == "contains a certificate that has trust settings that reject a use"
    assert sentence(ca.pem + text, parse_extra_ca_certs) == (
        "contains 2 certificates, of which number 2 has trust settings that reject a use"
    )


@pytest.mark.parametrize(
    "rest", [b"\0", b"0\x05", b"\x04\0", b"0\0" * 2, b"0\0\0", b"0\x02\xa0", b"0\x03\xa0\x01", b"0\x80"]
)
def test_what_is_neither_certificate_nor_trust_settings_does_not_decode(rest: bytes, ca: Certified) -> None:
    for label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
        assert sentence(pem(ca.der + rest, label)) == "contains a certificate that does not decode as X.509"


def test_settings_of_many_small_parts_are_read_to_the_end(ca: Certified) -> None:
    count = 10_000
    rest = b"0\x83" + (2 * count).to_bytes(3, "big") + b"\x04\0" * count
    assert [one.pem for one in parse_extra_ca_certs(pem(ca.der + rest, "TRUSTED CERTIFICATE"))] == [ca.pem]


@pytest.mark.parametrize("label", ["PUBLIC KEY", "CERTIFICATE REQUEST", "X509 CRL", "PKCS7", "Certificate", "\u00e4"])
def test_a_block_of_another_label_is_named(label: str, ca: Certified) -> None:
    shown = label.replace("\u00e4", "\\u00e4")
    for parse in (parse_ca_cert, parse_extra_ca_certs, parse_saved):
        for text in (pem(b"x", label), ca.pem + pem(b"x", label), pem(b"x", label) * 2 + ca.pem):
            assert sentence(text, parse) == f'contains a "{shown}" block'


@pytest.mark.parametrize("label", ["CERTIFICATE", "PKCS7", "PKCS #7 SIGNED DATA", "CMS"])
def test_pkcs7_is_converted_as_its_hint_says(label: str, ca: Certified, tmp_path: Path) -> None:
    (tmp_path / "FILE").write_text(ca.pem)
    made = subprocess.check_output(["openssl", "crl2pkcs7", "-nocrl", "-certfile", "FILE"], cwd=tmp_path, text=True)
    (tmp_path / "FILE").write_text(made.replace("PKCS7", label))
    for parse in PARSERS:
        (problem,) = problems((tmp_path / "FILE").read_text(), parse)
        assert label in problem.message or "PKCS" in problem.message or parse is parse_served_ca_cert
        if "PKCS7 instead of CMS" in problem.hint:
            (tmp_path / "FILE").write_text(made)
        command = problem.hint.partition("convert the file: ")[2]
        assert [one.pem for one in parse(subprocess.check_output(command.split(), cwd=tmp_path, text=True))] == [ca.pem]


NAMES = (
    *("ca.pem", "/etc/ssl/ca", "./ca", "~/ca", "../certs/ca.crt", "C:\\ca.cer", " ca.p7b\n", "file:///etc/ssl/ca.pem"),
    *("CA.CRT", "ca.PEM", "ca.p7c", "ca.pfx", "ca.p12", "ca.txt", "ca.pem.bak", "${path.module}/ca.pem"),
    *('"ca.pem"', "'ca.pem'", '["ca.pem"]', '"/etc/ssl/ca",', 'file("ca.pem")', '${file("${path.module}/root")}'),
    *("/etc/my ca.pem", "C:\\Program Files\\ca.pem"),
)


@pytest.mark.parametrize("name", [*NAMES, "a.pem\nb.pem", "my ca.pem"])
def test_a_files_name_is_not_its_contents(name: str) -> None:
    for parse in PARSERS:
        assert sentence(name, parse) == "is the name of a file, not what is in it"


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_beside_a_block_is_a_certificate_that_is_missing(name: str, ca: Certified) -> None:
    line = ca.pem.count("\n") + 1
    message = "contains the name of a file, not what is in it (line {})"
    assert sentence(f"{ca.pem}{name}", parse_extra_ca_certs) == message.format(line)
    # The module joins the elements of extra_ca_certs_pem with an empty line between them.
    assert sentence(f"{name}\n\n{ca.pem}", parse_extra_ca_certs) == message.format(1)
    for parse in PARSERS:
        for begin in ("", "\ufeff", "  "):  # of a title's block
            assert [one.pem for one in parse(f"  {name.rstrip()}\n{begin}{ca.pem}")] == [ca.pem]


def test_a_url_is_not_what_is_there(ca: Certified) -> None:
    for url in ("https://pki.example.com/root.pem", '"http://pki.example.com/"'):
        assert sentence(url) == "is a URL, not what is there"
        assert (
            sentence(ca.pem + url, parse_extra_ca_certs)
            == f"contains a URL, not what is there (line {ca.pem.count(chr(10)) + 1})"
        )


@pytest.mark.parametrize("before", ["", "# proxy CA\n", "x\n", "xy\n"])
@pytest.mark.parametrize("form", ["{}", '"{}"', "caBundle: {}", "  ca: '{}'", "data:application/x-pem-file;base64,{}"])
def test_pem_in_base64_is_told_from_other_text(form: str, before: str, ca: Certified) -> None:
    for encoded in (pem_in_base64 := b64encode(f"{before}{ca.pem}".encode()).decode(), pem_in_base64.rstrip("=")):
        text = form.format(encoded)
        assert sentence(text) == "is PEM in base64, as in Kubernetes' caBundle"
        assert sentence(f"{ca.pem}{text}", parse_extra_ca_certs) == "contains PEM in base64, as in Kubernetes' caBundle"


@pytest.mark.parametrize("form", ["{}", '"{}"', "certificate: {}", "<X509Certificate>{}</X509Certificate>"])
def test_der_in_base64_is_told_from_other_text(form: str, ca: Certified) -> None:
    text = form.format(b64encode(ca.der).decode())
    assert sentence(text) == "is base64 without BEGIN and END lines"
    assert (
        sentence(f"# x\n{text}\n{ca.pem}", parse_extra_ca_certs)
        == "contains base64 without BEGIN and END lines (line 2)"
    )
    wrapped = ca.pem + ca.pem.partition("\n")[2].partition("-")[0]
    line = ca.pem.count("\n") + 1
    assert sentence(wrapped, parse_extra_ca_certs) == f"contains base64 without BEGIN and END lines (line {line})"


@pytest.mark.parametrize("parse", [parse_ca_cert, parse_saved, parse_served_ca_cert])
def test_where_no_list_is_given_none_is_missing(parse: Callable[[str], Sequence[Certificate]], ca: Certified) -> None:
    for text in ("ca.pem", "https://example.com/", b64encode(ca.der).decode(), b64encode(ca.pem.encode()).decode()):
        assert [one.pem for one in parse(f"{text}\n{ca.pem}{text}")] == [ca.pem]


EXPLANATIONS = (
    "# Issuer: CN=Root O=Example",
    "#company.pem",
    "# from /etc/ssl/company.pem",
    "Company root, see ca.pem",
    "subject=/C=DE/O=Example/CN=ca.pem",
    "/C=DE/O=Example/CN=Root",
    " 0 s:/C=DE/CN=Root",
    "Bag Attributes\n    friendlyName: ca.pem\n    localKeyID: 4D 49 49 42",
    "Example Root CA\n===============",
    "==> /etc/ssl/company.pem <==",
    "                CA Issuers - URI:http://pki.example.com/ca.crt",
    "# https://pki.example.com/ca.pem",
    "//------",
    "::::::::\nca.crt\n::::::::",
    "root.crt\n========",
    "Company roots, from\nhttps://pki.example.com/roots",
    "C:\\> type root.crt",
    "/****",
    "MII",
    "SHA256 Fingerprint=00:11",
)


@pytest.mark.parametrize("line", EXPLANATIONS)
def test_what_explains_a_block_is_dropped(line: str, ca: Certified) -> None:
    for parse in PARSERS:
        assert [one.pem for one in parse(f"{line}\n\n{ca.pem}{line}\n")] == [ca.pem]


def test_what_openssl_prints_around_a_block_is_dropped(ca: Certified, tmp_path: Path) -> None:
    (tmp_path / "ca").write_text(ca.pem)
    (tmp_path / "key").write_text(ca.key_pem)
    for command in (
        "x509 -in ca -text -issuer -subject -fingerprint -email -ocsp_uri -purpose -modulus -nameopt compat",
        "storeutl -certs -text ca",
        "pkcs12 -in ca.p12 -nokeys -passin pass:x",
    ):
        export = [
            "pkcs12",
            "-export",
            "-in",
            "ca",
            "-inkey",
            "key",
            "-out",
            "ca.p12",
            "-passout",
            "pass:x",
            "-name",
            "ca.pem",
        ]
        subprocess.run(["openssl", *export], cwd=tmp_path, check=True)
        text = subprocess.check_output(["openssl", *command.split()], cwd=tmp_path, text=True)
        assert [one.pem for one in parse_extra_ca_certs(text)] == [ca.pem]


@pytest.mark.parametrize("text", [" ", "<html>", '{"message": "x"}', "BEGIN CERTIFICATE", "see ca.pem there", "MIIB"])
def test_text_without_a_certificate_is_refused(text: str) -> None:
    assert sentence(text) == "contains no certificate"


def test_a_truncated_text_is_refused(ca: Certified) -> None:
    for text in (ca.pem[:-30], ca.pem[:-30] + ca.pem, ca.pem[30:] + ca.pem, ca.pem + END, END + ca.pem, BEGIN):
        assert sentence(text) == "has a certificate without a beginning or an end"


def test_every_other_label_is_named(ca: Certified) -> None:
    text = pem(b"x", "PUBLIC KEY") + ca.pem + pem(b"x", "DH PARAMETERS")
    assert [problem.message for problem in problems(text)] == [
        'contains a "PUBLIC KEY" block',
        'contains a "DH PARAMETERS" block',
    ]


def test_labels_of_downloaded_text_are_not_quoted(ca: Certified) -> None:
    text = pem(b"x", "SECRET") + ca.pem + pem(b"x", "ANOTHER SECRET")
    assert sentence(text, parse_served_ca_cert) == "contains a block of another kind"


@pytest.mark.parametrize(
    "line",
    [
        "----BEGIN CERTIFICATE----",
        "---- BEGIN CERTIFICATE ----",
        "----- BEGIN CERTIFICATE -----",
        "-----BEGIN CERTIFICATE",
        "-----BEGIN CERTIFICATE----",
        "-----BEGIN CERTIFICATE------",
        "------BEGIN CERTIFICATE-----",
        "-----BEGIN  CERTIFICATE-----",
        "-----BEGIN CERTIFICATE -----",
        "-----BEGIN\tCERTIFICATE-----",
        "-----BEGIN -----",
        "  \t--BEGIN",
        "\ufeff \t----BEGIN CERTIFICATE----",
        "-----begin certificate-----",
        "--begin--",
        "\u2014\u2014BEGIN CERTIFICATE\u2014\u2014",
        "\u2013\u2014\u2013-Begin Certificate\u2014\u2014-",
        "-----END CERTIFICATE----",
        "---- END CERTIFICATE ----",
        f"{END}-{BEGIN}",
    ],
)
def test_a_malformed_line_is_told_from_text(line: str, ca: Certified) -> None:
    for parse in PARSERS:
        for text in (
            f"{ca.pem}text\n{line}\nMIIB\n-----END CERTIFICATE-----\n",
            f"{ca.pem}text\r\n{line}\r\n",
            f"{ca.pem}text\r{line}\r",
        ):
            assert sentence(text, parse) == f"has a malformed BEGIN or END line (line {ca.pem.count(chr(10)) + 2})"


def test_a_malformed_end_is_named_before_the_block_that_lacks_one(ca: Certified) -> None:
    text = ca.pem.replace(END, "-----END CERTIFICATE----")
    assert sentence(text + ca.pem) == f"has a malformed BEGIN or END line (line {ca.pem.count(chr(10))})"


@pytest.mark.parametrize(
    "line",
    [
        "-- end of the list",
        "-- end -",
        "--",
        "-----",
        "# ---- BEGIN",
        "-BEGIN",
        "BEGIN CERTIFICATE",
        "--BEGINNING",
        "END--",
    ],
)
def test_words_of_a_comment_are_text(line: str, ca: Certified) -> None:
    assert [one.pem for one in parse_ca_cert(f"{line}\n{ca.pem}{line}\n{ca.pem}{line}")] == [ca.pem] * 2


@pytest.mark.parametrize("around", ["", " ", "\t", "text", "\ufeff"])
def test_a_block_can_begin_and_end_anywhere_in_a_line(around: str, ca: Certified) -> None:
    text = ca.pem.replace(BEGIN, around + BEGIN).replace(END, END + around)
    assert [one.pem for one in parse_ca_cert(text)] == [ca.pem]


def test_two_blocks_on_one_line_are_two(ca: Certified) -> None:
    other = make_certificate("other")
    assert [one.pem for one in parse_ca_cert(ca.pem.rstrip() + other.pem)] == [ca.pem, other.pem]


@pytest.mark.parametrize("line_end", ["\\n", "\\r\\n", "\\\\n"])
def test_line_ends_of_two_characters_get_a_message_of_their_own(line_end: str, ca: Certified) -> None:
    for parse in PARSERS:
        for text in (ca.pem.replace("\n", line_end), f'"{ca.pem}"'.replace("\n", line_end)):
            assert sentence(text, parse) == "has line ends written as the two characters \\n"


@pytest.mark.parametrize(
    ("begin", "end"), [("CERTIFICATE", "X509 CERTIFICATE"), ("TRUSTED CERTIFICATE", "CERTIFICATE"), ("X", "Y")]
)
def test_the_labels_of_both_ends_must_match(begin: str, end: str, ca: Certified) -> None:
    text = pem(ca.der, begin).replace(f"END {begin}", f"END {end}")
    assert sentence(text + ca.pem) == "has a certificate without a beginning or an end"


@pytest.mark.parametrize(
    "text", ["-----BEGIN EC PRIVATE KEY-----", "---- BEGIN RSA PRIVATE KEY", "--BEGIN PRIVATE KEY--"]
)
def test_a_private_key_is_refused_and_not_shown(text: str, ca: Certified) -> None:
    for parse in PARSERS:
        for given in (f"{ca.pem}{text}\n", text, ca.key_pem):
            assert sentence(given, parse) == "contains a private key"


def test_a_row_of_hyphens_takes_linear_time() -> None:
    assert sentence("-" * 1_000_000, split_pem) == "contains no certificate"
