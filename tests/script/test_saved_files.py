"""What is saved where: the certificate, the bundle, their order and their modes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.harness.deployment import CA_CERT_PATH, OLD_CA_CERT_PATH, TOKEN, Asked, Deployment
from tests.harness.terraform import MODULE
from tests.script.workspace import LAST_SYSTEM_ROOTS, SYSTEM_ROOTS, TOOLS, UTILITIES, program
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from tests.script.conftest import Certificates
    from tests.script.rendering import Rendered
    from tests.script.workspace import Workspace


def test_a_download_is_saved_and_bundled(
    workspace: Workspace, deployment: Deployment, certificates: Certificates
) -> None:
    run = workspace.run()
    assert run.stderr == ""
    assert run.stdout == f"AI Bridge Proxy CA certificate saved to {workspace.cert_path}\n"
    assert run.status == 0
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert workspace.bundle_path.read_text() == certificates.public.pem + certificates.proxy.pem
    assert workspace.left_over() == []
    assert deployment.asked == [Asked(CA_CERT_PATH, TOKEN)]


def test_an_older_server_is_asked_at_its_own_path(workspace: Workspace, deployment: Deployment) -> None:
    # 404 at the new path alone means that the server is older.
    del deployment.answers[CA_CERT_PATH]
    assert workspace.run().status == 0
    assert [asked.path for asked in deployment.asked] == [CA_CERT_PATH, OLD_CA_CERT_PATH]


def test_a_missing_program_is_named(workspace: Workspace) -> None:
    # Those that the script requires; before anything is written.
    for tool in set(UTILITIES) - {"timeout"}:
        found = workspace.bin / tool
        found.rename(workspace.notes / tool)
        assert workspace.run().failure == f"missing programs: {tool} (install them in the workspace)"
        (workspace.notes / tool).rename(found)
    assert list(workspace.certificates.iterdir()) == []


def test_a_given_certificate_needs_neither_curl_nor_openssl(
    bare_workspace: Workspace, certificates: Certificates
) -> None:
    # With a certificate from the plan, the script needs no token, network, curl or openssl.
    bare_workspace.values["CA_CERT_PEM"] = certificates.proxy.pem
    bare_workspace.without("curl")
    bare_workspace.without("openssl")
    assert bare_workspace.run().status == 0
    assert bare_workspace.cert_path.read_text() == certificates.proxy.pem


def test_a_given_certificate_is_saved_even_if_it_has_expired(
    bare_workspace: Workspace, certificates: Certificates
) -> None:
    # The plan has warned about its dates, and the clock alone stops nothing.
    bare_workspace.values["CA_CERT_PEM"] = certificates.expired.pem
    assert bare_workspace.run().status == 0


@pytest.mark.parametrize("name", ["key_pem", "html", "truncated"])
def test_a_given_certificate_is_checked(bare_workspace: Workspace, certificates: Certificates, name: str) -> None:
    pem = certificates.proxy.pem
    given = {"key_pem": pem + certificates.proxy.key_pem, "html": "<html>", "truncated": pem[:300]}[name]
    bare_workspace.values["CA_CERT_PEM"] = given
    assert bare_workspace.run().failure.startswith("ca_cert_pem ")
    assert not bare_workspace.cert_path.exists()


def test_extra_certificates_follow_that_of_the_proxy(workspace: Workspace, certificates: Certificates) -> None:
    workspace.values["EXTRA_CA_CERTS_PEM"] = certificates.company.pem + certificates.proxy.pem
    assert workspace.run().status == 0
    assert workspace.cert_path.read_text() == certificates.proxy.pem + certificates.company.pem


def test_no_certificate_is_in_the_bundle_twice(workspace: Workspace, certificates: Certificates) -> None:
    # Neither one that the system has already, nor one that only looks different.
    wide = re.sub(r"(?<!-)\n(?!-)", "", certificates.public.pem).replace("\n", "\r\n")
    workspace.roots.write_text(certificates.public.pem + wide + certificates.proxy.pem + certificates.public.pem)
    workspace.values["EXTRA_CA_CERTS_PEM"] = certificates.public.pem
    assert workspace.run().status == 0
    assert workspace.bundle_path.read_text() == certificates.public.pem + certificates.proxy.pem


def test_system_roots_with_windows_line_ends_and_comments_are_bundled(
    workspace: Workspace, certificates: Certificates
) -> None:
    text = f"\ufeff# Public Root\n{certificates.public.pem}=====\n{certificates.company.pem}".replace("\n", "\r\n")
    workspace.roots.write_bytes(text.rstrip().encode())
    assert workspace.run().status == 0
    assert workspace.bundle_path.read_text() == "".join(
        certified.pem for certified in (certificates.public, certificates.company, certificates.proxy)
    )


def test_two_blocks_on_one_line_are_two(workspace: Workspace, certificates: Certificates) -> None:
    # As in a file whose parts have no final line end.
    workspace.roots.write_text(certificates.public.pem.rstrip() + certificates.company.pem)
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert workspace.bundle_path.read_text() == "".join(
        certified.pem for certified in (certificates.public, certificates.company, certificates.proxy)
    )


def test_blocks_that_are_left_out_of_the_bundle_are_counted(workspace: Workspace, certificates: Certificates) -> None:
    pem = certificates.company.pem
    trusted, other = (pem.replace("CERTIFICATE", label) for label in ("TRUSTED CERTIFICATE", "X509 CRL"))
    workspace.roots.write_text(trusted + certificates.public.pem + other + pem[:200])
    run = workspace.run()
    assert run.status == 0
    warning = f"left out PEM blocks of {workspace.roots} that are not complete certificates (3)"
    assert run.stderr == f"AI Bridge Proxy setup: warning: {warning}\n"
    assert workspace.bundle_path.read_text() == certificates.public.pem + certificates.proxy.pem


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


def test_the_system_roots_are_searched_where_the_helper_knows_them(rendered: Rendered) -> None:
    # The helper refuses these paths as cert_path; both lists have the same order.
    script = rendered.script
    listed = script[script.index(SYSTEM_ROOTS) : script.index(LAST_SYSTEM_ROOTS) + len(LAST_SYSTEM_ROOTS)]
    assert tuple(listed.replace("\\\n", " ").split()) == SYSTEM_TRUST_FILES


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_modes_do_not_depend_on_the_umask(workspace: Workspace, umask: int) -> None:
    workspace.save_at(workspace.home / "new" / "certs" / "ca.pem")
    assert workspace.run(umask=umask).status == 0
    for path in (workspace.cert_path, workspace.bundle_path):
        assert path.stat().st_mode & 0o7777 == 0o644
    for directory in (workspace.cert_path.parent, workspace.cert_path.parent.parent):
        assert directory.stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize(
    "name", ["a b/ca cert.pem", "a=b/x=y.pem", "~/@%,:+_-/ca", "-f/-rf", "no-suffix", f"{'d' * 255}/{'n' * 200}"]
)
def test_files_can_be_saved_at_any_path_that_the_helper_accepts(
    workspace: Workspace, certificates: Certificates, name: str
) -> None:
    # Blanks, leading dashes, awk's assignments, long names.
    workspace.save_at(workspace.certificates / name)
    assert workspace.run().status == 0
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert workspace.left_over() == []


def test_a_file_in_the_root_directory(workspace: Workspace, certificates: Certificates) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root writes to /")
    workspace.save_at(Path(f"/tf-helper-test-{os.getpid()}.pem"))
    try:
        assert workspace.run().status == 0
        assert workspace.cert_path.read_text() == certificates.proxy.pem
    finally:
        workspace.cert_path.unlink(missing_ok=True)
        workspace.bundle_path.unlink(missing_ok=True)


def test_curl_reaches_intercepted_and_tunnelled_hosts_with_the_bundle(
    workspace: Workspace, deployment: Deployment
) -> None:
    # One host shows a certificate of the proxy's, the other one of a public authority: the CA is not enough.
    proxy, public = trustme.CA(), trustme.CA()
    proxy_pem = proxy.cert_pem.bytes().decode()
    workspace.roots.write_bytes(public.cert_pem.bytes())
    with (
        Deployment(token=TOKEN, ca_cert_pem=proxy_pem, authority=proxy) as intercepted,
        Deployment(token=TOKEN, ca_cert_pem=proxy_pem, authority=public) as tunnelled,
    ):
        workspace.ask(tunnelled)
        assert workspace.run().status == 0
        assert _curl(workspace.bundle_path, intercepted) == 0
        assert _curl(workspace.bundle_path, tunnelled) == 0
        assert _curl(workspace.cert_path, intercepted) == 0
        assert _curl(workspace.cert_path, tunnelled) == 60


def test_the_programs_that_the_script_calls_are_those_it_shields_from_functions(rendered: Rendered) -> None:
    # Bash imports functions from the environment; the list is that of the tests' PATH, and the coder CLI.
    (builtins, programs) = re.findall(r"^unset -f (.*)$", rendered.script, re.MULTILINE)
    assert programs.split() == sorted([*TOOLS, "coder"])
    # Bash before 5.1 complains about other names than these, and keeps the functions.
    assert all(name.isidentifier() for name in builtins.split())
    assert not re.search(r"^ *([:\[] )|[;&|{(!] *[:\[] ", (MODULE / "setup.sh").read_text(), re.MULTILINE)


def _curl(bundle: Path, host: Deployment) -> int:
    command = [program("curl"), "-q", "--silent", "--noproxy", "*", "--capath", "/nowhere", "--cacert", str(bundle)]
    return subprocess.run([*command, host.url], stdout=subprocess.DEVNULL, check=False).returncode
