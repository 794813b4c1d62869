"""What the startup script has saved, one fault at a time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN
from tests.harness.program import run, without_privileges
from tf_helper.doctor.checks import files

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doctor.conftest import Patient


@pytest.mark.parametrize(("name", "step"), [("certificate", "certificate_file"), ("bundle", "bundle_file")])
def test_a_missing_file(name: str, step: str, patient: Patient) -> None:
    getattr(patient, name).unlink()
    report = patient.examine()
    assert report.of("failed") == [step]
    assert f"there is no {patient.directory}" in report.told(step)
    assert "AI Bridge Proxy Setup" in report.told(step)


def test_a_stale_certificate(patient: Patient, ca: Certified) -> None:
    patient.certificate.write_text(ca.pem)
    report = patient.examine()
    assert report.of("failed") == ["certificate_file"]
    assert "another certificate than the deployment hands out" in report.told("certificate_file")
    assert "restart it" in report.told("certificate_file")


def test_a_stale_bundle(patient: Patient, ca: Certified) -> None:
    patient.bundle.write_text(patient.roots_pem + ca.pem)
    report = patient.examine()
    assert report.of("failed") == ["bundle_file"]
    assert "does not contain the proxy's CA certificate" in report.told("bundle_file")


@pytest.mark.parametrize("text", ["", "<html>", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_that_holds_no_certificate(text: str, patient: Patient) -> None:
    patient.certificate.write_text(text)
    patient.bundle.write_text(text)
    report = patient.examine()
    assert report.of("failed") == ["certificate_file", "bundle_file"]


def test_a_file_that_cannot_be_read(patient: Patient) -> None:
    patient.certificate.unlink()
    patient.certificate.symlink_to(patient.certificate)
    report = patient.examine()
    assert report.of("failed") == ["certificate_file"]
    assert "cannot be read: Too many levels of symbolic links" in report.told("certificate_file")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (Path.mkdir, "a directory"),
        (os.mkfifo, "a pipe, a device or the like"),
        (lambda path: path.symlink_to("/dev/zero"), "a pipe, a device or the like"),
    ],
)
def test_what_is_no_file_is_not_read(make: Callable[[Path], None], kind: str, patient: Patient) -> None:
    for path in (patient.certificate, patient.bundle):
        path.unlink()
        make(path)
    report = patient.examine()
    for step, path in {"certificate_file": patient.certificate, "bundle_file": patient.bundle}.items():
        assert f"{path} is {kind}, not a file -> move it away" in report.told(step)
    assert report.steps["tunnelled"]["status"] == "ok"


def test_a_bundle_with_a_broken_certificate(patient: Patient) -> None:
    with patient.bundle.open("a") as bundle:
        bundle.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    report = patient.examine()
    assert report.of("failed") == ["bundle_file"]
    assert "cannot be loaded: no certificate, or a broken one" in report.told("bundle_file")


def test_a_file_that_this_user_may_not_read(patient: Patient) -> None:
    patient.certificate.chmod(0)
    ran = run(b"", *patient.command(), "--json", env={"CODER_SESSION_TOKEN": TOKEN}, launcher=without_privileges())
    steps = {step["name"]: step for step in json.loads(ran.stdout)["steps"]}
    assert steps["certificate_file"]["status"] == "failed"
    assert "cannot be read: Permission denied" in steps["certificate_file"]["seen"]
    assert "0644" in steps["certificate_file"]["advice"]
    assert TOKEN.encode() not in ran.stdout + ran.stderr


def test_a_bundle_without_the_systems_roots(patient: Patient) -> None:
    patient.bundle.write_text(patient.ca_pem)
    report = patient.examine()
    assert report.of("failed") == ["bundle_file", "tunnelled"]
    assert "is without the system's roots" in report.told("bundle_file")
    assert "the system's roots are missing in the bundle" in report.told("tunnelled")


def test_a_bundle_that_lacks_some_of_the_systems_roots(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ca: Certified
) -> None:
    store = tmp_path / "store.pem"
    store.write_text(patient.roots_pem + ca.pem)
    monkeypatch.setattr(files, "SYSTEM_TRUST_FILES", (str(tmp_path / "missing"), str(store)))
    report = patient.examine()
    assert report.of("warning") == ["bundle_file"]
    assert "lacks 1 of the system's 2 roots" in report.told("bundle_file")


def test_a_machine_without_roots(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SYSTEM_TRUST_FILES", ())
    report = patient.examine()
    assert report.of("warning") == ["bundle_file"]
    assert "install ca-certificates" in report.told("bundle_file")


def test_an_expired_certificate_is_one_whatever_the_deployment_says(patient: Patient) -> None:
    del patient.settings["access_url"]
    patient.certificate.write_text(make_certificate("old", to_day=-1).pem)
    report = patient.examine()
    assert "certificate_file" in report.of("failed")
    assert "has expired" in report.told("certificate_file")


def test_a_certificate_that_soon_expires(patient: Patient) -> None:
    del patient.settings["access_url"]
    soon = make_certificate("soon", to_day=10).pem
    patient.certificate.write_text(soon)
    patient.bundle.write_text(patient.roots_pem + soon)
    report = patient.examine()
    assert report.steps["certificate_file"]["status"] == "warning"
    assert "within 30 days" in report.told("certificate_file")
