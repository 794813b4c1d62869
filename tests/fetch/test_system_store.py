"""What the provisioner trusts: the same certificates as Go, and so as Coder itself."""

from __future__ import annotations

import os
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from tests.harness.certificates import make_certificate
from tests.harness.deployment import CA_CERT_PATH, TOKEN, Answer, Deployment
from tests.harness.spellings import pem
from tf_helper.coder import connection
from tf_helper.coder.api import DeploymentError
from tf_helper.coder.fetch import fetch_ca_cert
from tf_helper.deadline import run_with_deadline
from tf_helper.tls import context
from tf_helper.tls.context import ssl_context
from tf_helper.values.access_url import AccessUrl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import trustme

FIRST, SECOND, THIRD = (make_certificate(name) for name in ("first", "second", "third"))
# More than any look at a few files needs; a pipe would keep its reader waiting forever.
SECONDS = 20


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have nothing trusted but what a test puts into roots.pem, other.pem, and the directories certs and more."""
    compiled_in = ssl.get_default_verify_paths()._replace(openssl_cafile="/missing", openssl_capath="/missing")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: compiled_in)
    monkeypatch.setattr(context, "SYSTEM_TRUST_FILES", (f"{tmp_path}/roots.pem", f"{tmp_path}/other.pem"))
    monkeypatch.setattr(context, "SYSTEM_TRUST_DIRECTORIES", (f"{tmp_path}/certs", f"{tmp_path}/more"))
    (tmp_path / "certs").mkdir()
    return tmp_path


def trusted() -> list[str]:
    """Return the names of the CAs that are trusted, in alphabetical order."""
    store = run_with_deadline(SECONDS, ssl_context)
    ders = store.get_ca_certs(binary_form=True)
    return sorted(x509.load_der_x509_certificate(der).subject.rfc4514_string().removeprefix("CN=") for der in ders)


def test_without_any_file_nothing_is_trusted(etc: Path) -> None:
    assert trusted() == []


def test_the_first_file_that_has_certificates_is_trusted(etc: Path) -> None:
    (etc / "other.pem").write_text(SECOND.pem + THIRD.pem)
    assert trusted() == ["second", "third"]
    (etc / "roots.pem").touch()
    assert trusted() == ["second", "third"]
    (etc / "roots.pem").write_text(f"text\n{FIRST.pem}")
    assert trusted() == ["first"]


def test_every_file_of_the_directories_is_trusted_whatever_its_name(etc: Path) -> None:
    (etc / "roots.pem").write_text(FIRST.pem)
    (etc / "certs/company").write_text(SECOND.pem)
    (etc / "more").mkdir()
    (etc / "more/x.txt").write_text(THIRD.pem)
    (etc / "certs/directory.pem").mkdir()
    (etc / "certs/directory.pem/below.pem").write_text(make_certificate("below").pem)
    assert trusted() == ["first", "second", "third"]


def test_a_link_that_leads_out_of_the_directory_is_followed(etc: Path) -> None:
    (etc / "elsewhere.pem").write_text(FIRST.pem)
    (etc / "certs/link.pem").symlink_to("../elsewhere.pem")
    (etc / "certs/0123abcd.0").symlink_to("link.pem")
    (etc / "certs/loop").symlink_to("loop")
    (etc / "certs/dangling").symlink_to("/missing")
    assert trusted() == ["first"]


def test_what_is_in_several_files_is_trusted_once(etc: Path) -> None:
    (etc / "roots.pem").write_text(FIRST.pem + SECOND.pem + FIRST.pem)
    (etc / "certs/first.pem").write_text(FIRST.pem.replace("\n", "\r\n"))
    (etc / "certs/second.pem").write_text(pem(SECOND.der))
    assert trusted() == ["first", "second"]


@pytest.mark.parametrize(
    "broken", [b"", b"x", b"\x30", FIRST.der[:-1], FIRST.der[:4] + b"\x00" + FIRST.der[5:]], ids=range(5)
)
def test_a_broken_block_loses_no_other(broken: bytes, etc: Path) -> None:
    for file in ("roots.pem", "certs/third.pem"):
        good = THIRD if "third" in file else FIRST
        (etc / file).write_text(pem(broken) + pem(broken).replace("=", "!") + good.pem + pem(broken) + SECOND.pem)
    assert trusted() == ["first", "second", "third"]


def test_what_is_not_a_certificate_is_left_out(etc: Path) -> None:
    (etc / "certs/key.pem").write_text(FIRST.key_pem + SECOND.pem)
    (etc / "certs/trusted.pem").write_text(pem(THIRD.der, "TRUSTED CERTIFICATE"))
    (etc / "certs/binary").write_bytes(bytes(range(256)) + FIRST.der)
    assert trusted() == ["second"]


def test_a_pipe_does_not_block(etc: Path) -> None:
    os.mkfifo(etc / "roots.pem")
    os.mkfifo(etc / "certs/pipe.pem")
    (etc / "certs/second.pem").write_text(SECOND.pem)
    (etc / "other.pem").write_text(FIRST.pem)
    assert trusted() == ["first", "second"]


def is_trusted(deployment: Deployment) -> bool:
    try:
        return bool(fetch_ca_cert(AccessUrl.parse(deployment.url), TOKEN))
    except DeploymentError as error:
        return "is not trusted" not in str(error)


def test_a_companys_root_that_is_a_single_file_there_makes_a_deployment_trusted(
    etc: Path, tls_deployment: Deployment, tls_ca: trustme.CA
) -> None:
    (etc / "roots.pem").write_text(FIRST.pem)
    assert not is_trusted(tls_deployment)
    tls_ca.cert_pem.write_to_path(str(etc / "certs/company.crt"))
    assert is_trusted(tls_deployment)


def name_by_hash(directory: Path, text: str) -> Path:
    """Save a certificate as OpenSSL looks it up."""
    directory.mkdir(exist_ok=True)
    command = ["openssl", "x509", "-noout", "-hash"]
    name = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.strip()
    (directory / f"{name}.0").write_text(text)
    return directory / f"{name}.0"


def name_root_by_hash(directory: Path, authority: trustme.CA) -> Path:
    return name_by_hash(directory, authority.cert_pem.bytes().decode())


@pytest.mark.parametrize("elsewhere", ["roots.pem", "certs/company.crt", "more/company.crt", ""])
def test_a_root_by_hash_is_found_without_reading_all(
    elsewhere: str, etc: Path, tls_deployment: Deployment, tls_ca: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = name_root_by_hash(etc / "certs", tls_ca)
    if elsewhere:
        (etc / "more").mkdir()
        (etc / elsewhere).write_text(FIRST.pem + file.read_text())
        file.unlink()
        file.symlink_to(etc / elsewhere)
    monkeypatch.setattr(connection, "ssl_context", lambda _: pytest.fail("everything is read"))
    assert fetch_ca_cert(AccessUrl.parse(tls_deployment.url), TOKEN)


@pytest.mark.parametrize("label", ["TRUSTED CERTIFICATE", "X509 CERTIFICATE"])
def test_what_openssl_trusts_by_hash_and_go_does_not_is_not_trusted(
    label: str, etc: Path, tls_deployment: Deployment, tls_ca: trustme.CA
) -> None:
    file = name_root_by_hash(etc / "certs", tls_ca)
    file.write_text(file.read_text().replace("CERTIFICATE", label))
    (etc / "roots.pem").write_text(FIRST.pem)
    assert not is_trusted(tls_deployment)
    assert tls_deployment.asked == []


def test_a_servers_own_certificate_by_hash_is_looked_for_in_the_whole_store(
    etc: Path, tls_deployment: Deployment
) -> None:
    port = int(tls_deployment.url.rpartition(":")[2])
    tls_deployment.answers[CA_CERT_PATH] = [Answer(404)]  # so there is a second request
    name_by_hash(etc / "certs", ssl.get_server_certificate(("127.0.0.1", port)))
    assert is_trusted(tls_deployment)
    assert len(tls_deployment.asked) == 2


def test_a_store_that_takes_too_long_to_read_is_not_blamed_on_the_network(
    etc: Path, tls_deployment: Deployment, stuck: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ssl_context", lambda _: stuck())
    with pytest.raises(DeploymentError, match=r"too many certificates to read within 0\.5 s.*extra_ca_certs_pem"):
        fetch_ca_cert(AccessUrl.parse(tls_deployment.url), TOKEN, deadline_seconds=0.5)


@pytest.mark.parametrize("place", ["openssl_cafile", "openssl_capath"])
def test_without_any_of_them_openssls_own_store_is_trusted(
    place: str, etc: Path, tls_deployment: Deployment, tls_ca: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = name_root_by_hash(etc / "hashed", tls_ca)
    path = file.parent if place == "openssl_capath" else file
    compiled_in = ssl.get_default_verify_paths()._replace(**{place: str(path)})
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: compiled_in)
    assert is_trusted(tls_deployment)
    (etc / "roots.pem").write_text(FIRST.pem)
    assert not is_trusted(tls_deployment)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_store_named_in_the_environment_is_not_trusted(
    name: str, tls_deployment: Deployment, tls_ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = name_root_by_hash(tmp_path / "hashed", tls_ca)
    monkeypatch.setenv(name, str(file.parent if name == "SSL_CERT_DIR" else file))
    assert not is_trusted(tls_deployment)
