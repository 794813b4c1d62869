"""What is saved where: the certificate, the bundle, their order and their modes."""

from __future__ import annotations

import base64
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import CA_CERT_PATH, TOKEN, Asked
from tests.harness.terraform import MODULE
from tests.script.rendering import SHELL_PARTS
from tests.script.workspace import LAST_SYSTEM_ROOTS, SYSTEM_ROOTS, TOOLS, UTILITIES, program
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.harness.deployment import Deployment
    from tests.script.conftest import Certificates
    from tests.script.rendering import Rendered
    from tests.script.workspace import Workspace


def test_a_download_is_saved(workspace: Workspace, deployment: Deployment, certificates: Certificates) -> None:
    run = workspace.run()
    assert run.stderr == ""
    assert run.stdout == f"AI Bridge Proxy CA certificate saved to {workspace.cert_path}\n"
    assert run.status == 0
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert workspace.bundle_path.read_text() == certificates.proxy.pem + certificates.public.pem
    assert workspace.left_over() == []
    assert deployment.asked == [Asked(CA_CERT_PATH, TOKEN)]


def test_a_missing_program_is_named(workspace: Workspace) -> None:
    # Those that the script requires; before anything is written.
    for tool in set(UTILITIES) - {"timeout"}:
        found = workspace.bin / tool
        found.rename(workspace.notes / tool)
        assert workspace.run().failure == f"missing programs: {tool} (install them in the workspace)"
        (workspace.notes / tool).rename(found)
    assert list(workspace.certificates.iterdir()) == []


def test_a_given_certificate_needs_no_curl_or_openssl(bare_workspace: Workspace, certificates: Certificates) -> None:
    # The plan has warned about its dates, and the clock alone stops nothing.
    bare_workspace.without("curl")
    bare_workspace.without("openssl")
    for pem in (certificates.proxy.pem, certificates.expired.pem):
        bare_workspace.values["CA_CERT_PEM"] = pem
        assert bare_workspace.run().status == 0
        assert bare_workspace.cert_path.read_text() == pem


def test_a_given_certificate_is_checked(bare_workspace: Workspace, certificates: Certificates) -> None:
    pem = certificates.proxy.pem
    for given in (pem + certificates.proxy.key_pem, "<html>", pem[:300]):
        bare_workspace.values["CA_CERT_PEM"] = given
        assert bare_workspace.run().failure.startswith("ca_cert_pem ")
    assert not bare_workspace.cert_path.exists()


def test_extra_certificates_follow_that_of_the_proxy(workspace: Workspace, certificates: Certificates) -> None:
    workspace.values["EXTRA_CA_CERTS_PEM"] = certificates.company.pem + certificates.proxy.pem
    assert workspace.run().status == 0
    assert workspace.cert_path.read_text() == certificates.proxy.pem + certificates.company.pem
    assert workspace.bundle_path.read_text() == workspace.cert_path.read_text() + certificates.public.pem


def pem_of(der: bytes) -> str:
    """Return DER as PEM."""
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"


def labeled(pem: str, label: str) -> str:
    """Return PEM with another label."""
    return pem.replace("CERTIFICATE", label)


def without_seconds(der: bytes) -> bytes:
    """Take the seconds out of a certificate's dates."""
    short = re.sub(rb"\x17\x0d(\d{10})\d\dZ", lambda found: b"\x17\x0b" + found[1] + b"Z", der)
    lengths = {2: 4, 6: 4}  # of the certificate and of what is signed
    for offset, removed in lengths.items():
        length = int.from_bytes(short[offset : offset + 2], "big") - removed
        short = short[:offset] + length.to_bytes(2, "big") + short[offset + 2 :]
    return short.replace(b"\x30\x1e\x17\x0b", b"\x30\x1a\x17\x0b")


# OpenSSL's trust settings behind a certificate.
SERVER_AUTH = b"\x30\x0c\x30\x0a\x06\x08+\x06\x01\x05\x05\x07\x03\x01"

BOTH = ["public", "company"]

# A store, what of it is in the bundle (names of certificates), and how many blocks a warning counts.
STORES: dict[str, tuple[Callable[[Certificates], str], Sequence[str], int]] = {
    "one twice, in another form": (
        lambda made: made.public.pem + re.sub(r"(?<!-)\n(?!-)", "", made.public.pem) + made.proxy.pem,
        ["public"],
        0,
    ),
    "line ends of Windows": (
        lambda made: f"# Root\n{made.public.pem}=====\n# x - y\n{made.company.pem}".replace("\n", "\r\n").rstrip(),
        BOTH,
        0,
    ),
    "two blocks on one line": (lambda made: made.public.pem.rstrip() + made.company.pem, BOTH, 0),
    "byte order marks": (lambda made: f"\ufeff{made.public.pem}\ufeff{made.company.pem}", BOTH, 0),
    "byte order marks behind beginnings": (
        lambda made: (made.public.pem + made.company.pem).replace("IN CERTIFICATE-----", "IN CERTIFICATE-----\ufeff"),
        BOTH,
        0,
    ),
    "a byte order mark in front of base64": (
        lambda made: made.public.pem.replace("\nM", "\n\ufeffM", 1),
        ["public"],
        0,
    ),
    "no-break spaces": (lambda made: f"\u00a0{made.public.pem}\u00a0{made.company.pem}", BOTH, 0),
    "four hyphens in front of BEGIN": (lambda made: made.company.pem[1:] + made.public.pem, ["public"], 1),
    "six hyphens in front of BEGIN": (lambda made: f"{made.public.pem}-{made.company.pem}", ["public"], 1),
    "four hyphens behind BEGIN": (
        lambda made: made.company.pem.replace("-\nM", "\nM") + made.public.pem,
        ["public"],
        1,
    ),
    "four hyphens in front of END": (
        lambda made: made.company.pem.replace("-----END", "----END") + made.public.pem,
        ["public"],
        1,
    ),
    "four hyphens behind END": (lambda made: made.company.pem[:-2] + "\n" + made.public.pem, ["public"], 1),
    "words behind BEGIN": (lambda made: made.company.pem.replace("-\nM", "- x\nM") + made.public.pem, ["public"], 1),
    "too long": (
        lambda made: made.company.pem.replace("-\nM", "-\n" + "\n" * 200_000 + "M") + made.public.pem,
        ["public"],
        1,
    ),
    "other labels": (
        lambda made: labeled(made.company.pem, "TRUSTED CERTIFICATE") + labeled(made.leaf.pem, "X509 CRL"),
        [],
        2,
    ),
    "the same as TRUSTED CERTIFICATE, too": (
        lambda made: made.public.pem + labeled(pem_of(made.public.der + SERVER_AUTH), "TRUSTED CERTIFICATE"),
        ["public"],
        0,
    ),
    "half of one": (lambda made: made.public.pem + made.company.pem[:200], ["public"], 1),
    "no end": (lambda made: made.company.pem[:200] + "\n" + made.public.pem, ["public"], 1),
    "a hyphen in it": (lambda made: made.company.pem.replace("M", "-", 1) + made.public.pem, ["public"], 1),
    "a quoted beginning": (lambda made: f"# see -----BEGIN CERTIFICATE-----\n{made.public.pem}", ["public"], 0),
    "a byte behind its DER": (lambda made: pem_of(made.company.der + b"\n") + made.public.pem, ["public"], 1),
    "dates without seconds": (lambda made: pem_of(without_seconds(made.company.der)) + made.public.pem, ["public"], 1),
    "DER that is not a certificate": (
        lambda made: made.public.pem + pem_of(made.leaf.der.replace(b"leaf.", b"\xff\xff\xff\xff.")) + made.company.pem,
        BOTH,
        1,
    ),
}


@pytest.mark.parametrize("shell", ["dash"], indirect=True)
def test_the_one_true_awk_works(workspace: Workspace, certificates: Certificates) -> None:
    if not shutil.which("original-awk"):
        pytest.skip("original-awk is not on PATH")
    workspace.stub("awk", f'exec {program("original-awk")} "$@"')
    assert workspace.run().status == 0
    assert workspace.bundle_path.read_text() == certificates.proxy.pem + certificates.public.pem


@pytest.mark.parametrize("shell", ["dash", "busybox"], indirect=True)  # bash's awk is dash's
@pytest.mark.parametrize("name", STORES)
def test_the_bundle_contains_what_tools_can_read(workspace: Workspace, certificates: Certificates, name: str) -> None:
    store, roots, left_out = STORES[name]
    workspace.roots.write_text(store(certificates))
    # As a loader does if LD_PRELOAD names a missing library.
    awk = f"{program('busybox')} awk" if workspace.shell == "busybox" else program("awk")
    workspace.stub("awk", f'echo "ERROR: ld.so: object 7 cannot be preloaded" >&2\nexec {awk} "$@"')
    run = workspace.run()
    assert run.status == 0
    expected = [certificates.proxy, *(getattr(certificates, root) for root in roots)]
    assert workspace.bundle_path.read_text() == "".join(certified.pem for certified in expected)
    assert re.findall(r"warning: skipped (\d+) blocks? of (.*) that", run.stderr) == (
        [(str(left_out), str(workspace.roots))] if left_out else []
    )


def test_an_unclosed_block_costs_no_more_than_its_size(workspace: Workspace, certificates: Certificates) -> None:
    # 8 MiB; each line once more for each line would be hours.
    workspace.roots.write_text(certificates.public.pem + "-----BEGIN CERTIFICATE-----\n" + f"{'A' * 64}\n" * 130_000)
    before = os.times().children_user
    assert workspace.run().status == 0
    assert os.times().children_user - before < 10
    assert workspace.bundle_path.read_text() == certificates.proxy.pem + certificates.public.pem


def test_roots_are_looked_at_again_if_the_bundle_is_another(workspace: Workspace, certificates: Certificates) -> None:
    # One that is the same has been looked at by the run that saved it.
    workspace.note("openssl", f'exec {program("openssl")} "$@"')
    broken = pem_of(certificates.leaf.der.replace(b"leaf.", b"\xff\xff\xff\xff."))
    for store, looks in (("", 1), ("", 0), (broken, 3), (broken, 3), ("", 0), (certificates.company.pem, 1)):
        before = len(workspace.noted("openssl"))
        workspace.roots.write_text(certificates.public.pem + store)
        assert workspace.run().status == 0
        # Those that do not look at the proxy's CA.
        of_roots = re.compile(r"(?!x509|verify -check_ss_sig)")
        commands = [line for line in workspace.noted("openssl")[before:] if of_roots.match(line)]
        assert len(commands) == looks
        saved = workspace.bundle_path.read_text()
        assert saved == certificates.proxy.pem + certificates.public.pem + store.replace(broken, "")


def test_roots_that_are_extra_certificates_are_not_missing(workspace: Workspace, certificates: Certificates) -> None:
    workspace.values["EXTRA_CA_CERTS_PEM"] = certificates.public.pem
    assert workspace.run().stderr == ""
    assert workspace.bundle_path.read_text() == certificates.proxy.pem + certificates.public.pem


@pytest.mark.parametrize("content", [None, "# none\n"], ids=["no file", "no certificate"])
def test_without_system_roots_the_bundle_is_the_certificate_and_a_warning_says_so(
    workspace: Workspace, certificates: Certificates, content: str | None
) -> None:
    workspace.roots.write_text(content) if content else workspace.roots.unlink()
    for path in SYSTEM_TRUST_FILES[1:]:
        workspace.replace(path, f"{workspace.roots}.missing")
    run = workspace.run()
    assert run.status == 0
    assert run.stderr.startswith("AI Bridge Proxy setup: warning: no system roots found")
    assert run.stderr.count("\n") == 1
    assert workspace.bundle_path.read_text() == certificates.proxy.pem


def test_modes_do_not_depend_on_the_umask(workspace: Workspace) -> None:
    for umask in (0o000, 0o077):
        workspace.save_at(workspace.home / f"new-{umask}" / "certs" / "ca.pem")
        assert workspace.run(umask=umask).status == 0
        made = (workspace.cert_path, workspace.bundle_path, *workspace.cert_path.parents[:2])
        assert [path.stat().st_mode & 0o7777 for path in made] == [0o644, 0o644, 0o755, 0o755]


def test_files_are_saved_at_any_path_that_the_helper_accepts(workspace: Workspace, certificates: Certificates) -> None:
    # Blanks, leading dashes, awk's assignments, long names.
    for name in ("a b/ca cert.pem", "a=b/x=y.pem", "~/@%,:+_-/ca", "-f/-rf", "no-suffix", f"{'d' * 255}/{'n' * 200}"):
        workspace.save_at(workspace.certificates / name)
        assert workspace.run().status == 0
        assert workspace.cert_path.read_text() == certificates.proxy.pem
        assert not [left for left in workspace.left_over() if left.startswith(".")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes to /")
def test_a_file_in_the_root_directory(workspace: Workspace, certificates: Certificates) -> None:
    workspace.save_at(Path(f"/tf-helper-test-{os.getpid()}.pem"))
    try:
        assert workspace.run().status == 0
        assert workspace.cert_path.read_text() == certificates.proxy.pem
    finally:
        workspace.cert_path.unlink(missing_ok=True)
        workspace.bundle_path.unlink(missing_ok=True)


def test_the_text_of_the_script(rendered: Rendered) -> None:
    # It shields from bash's functions what it calls, which is on the tests' PATH: bash before 5.1 complains about names
    # that are not identifiers, and keeps the functions. The helper refuses the system's roots as cert_path: one list.
    (builtins, programs) = re.findall(r"^unset -f (.*)$", rendered.script, re.MULTILINE)
    assert programs.split() == sorted([*TOOLS, "coder"])
    assert all(name.isidentifier() for name in builtins.split())
    script = rendered.script
    listed = script[script.index(SYSTEM_ROOTS) : script.index(LAST_SYSTEM_ROOTS) + len(LAST_SYSTEM_ROOTS)]
    assert tuple(listed.replace("\\\n", " ").split()) == SYSTEM_TRUST_FILES
    for text in [(MODULE / part).read_text() for part in SHELL_PARTS]:
        assert not re.search(r"^ *([:\[] )|[;&|{(!] *[:\[] ", text, re.MULTILINE)
        assert "<<" not in text  # for which that bash needs a temporary file
    # Each part can be read at a time.
    assert all((MODULE / part).read_text().count("\n") < 90 for part in SHELL_PARTS)
