"""What the startup script has saved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.doctor.fault import Faults
from tests.harness.certificates import make_certificate
from tests.harness.deployment import Answer
from tf_helper.doctor.checks import files

if TYPE_CHECKING:
    from tests.doctor.patient import Patient

FAULTS = Faults()
BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@FAULTS("certificate_file", "file_missing", "$ coder restart")
def a_missing_certificate(patient: Patient) -> None:
    patient.certificate.unlink()


@FAULTS("bundle_file", "file_missing")
def a_missing_bundle(patient: Patient) -> None:
    patient.bundle.unlink()


@FAULTS("certificate_file", "certificate_replaced")
def the_certificate_of_an_earlier_ca(patient: Patient) -> None:
    old = make_certificate("AI Bridge Proxy CA")
    patient.certificate.write_text(old.pem)
    patient.bundle.write_text(patient.roots_pem + old.pem)


def serve_the_proxys_ca(patient: Patient) -> None:
    patient.deployment.serve(Answer(body=patient.ca.pem.encode()))


@FAULTS("certificate_file", "certificate_not_served", "replicas", cure=serve_the_proxys_ca)
def a_replica_that_serves_another_ca(patient: Patient) -> None:
    patient.deployment.serve(Answer(body=make_certificate("AI Bridge Proxy CA").pem.encode()))


@FAULTS("bundle_file", "bundle_lacks_ca")
def a_bundle_without_the_certificate(patient: Patient) -> None:
    patient.bundle.write_text(patient.roots_pem)


@FAULTS("bundle_file", "bundle_invalid")
def an_empty_bundle(patient: Patient) -> None:
    patient.bundle.write_text("")


@FAULTS("certificate_file", "certificate_invalid", "contains no certificate", also=("bundle_file",))
def a_file_of_something_else(patient: Patient) -> None:
    patient.certificate.write_text("<html>")
    patient.bundle.write_text("<html>")


@FAULTS("certificate_file", "certificate_invalid", "does not decode", also=("bundle_file",))
def broken_certificates(patient: Patient) -> None:
    for file in (patient.certificate, patient.bundle):
        file.write_text(file.read_text() + BROKEN)


@FAULTS("certificate_file", "certificate_invalid", "does not decode")
def a_damaged_certificate_without_a_deployment(patient: Patient) -> None:
    begin, line, rest = patient.ca.pem.split("\n", 2)
    patient.certificate.write_text(f"{begin}\n{line[::-1]}\n{rest}")
    del patient.settings["access_url"]


@FAULTS("certificate_file", "file_unreadable", "Too many levels of symbolic links")
def a_file_that_cannot_be_read(patient: Patient) -> None:
    patient.certificate.unlink()
    patient.certificate.symlink_to(patient.certificate)


@FAULTS("certificate_file", "file_is_something_else", "a directory")
def a_directory(patient: Patient) -> None:
    patient.certificate.unlink()
    patient.certificate.mkdir()


@FAULTS("bundle_file", "file_is_something_else", "not a regular file")
def a_pipe(patient: Patient) -> None:
    patient.bundle.unlink()
    os.mkfifo(patient.bundle)


@FAULTS("certificate_file", "file_is_something_else", "not a regular file")
def a_device_without_end(patient: Patient) -> None:
    patient.certificate.unlink()
    patient.certificate.symlink_to("/dev/zero")


@FAULTS("bundle_file", "bundle_lacks_roots", also=("tunnelled",))
def a_bundle_without_the_systems_roots(patient: Patient) -> None:
    patient.bundle.write_text(patient.ca.pem)


def have_another_root_in_the_store(patient: Patient) -> None:
    store = patient.directory / "store.pem"
    store.write_text(patient.roots_pem + patient.company.pem)
    patient.monkeypatch.setattr(files, "SYSTEM_TRUST_FILES", (str(patient.directory / "missing"), str(store)))


@FAULTS("bundle_file", "bundle_lacks_new_roots", "lacks 1 of the system's 2", "$ coder restart")
def a_bundle_older_than_the_systems_roots(patient: Patient) -> None:
    have_another_root_in_the_store(patient)
    os.utime(patient.bundle, (0, 0))


@FAULTS("bundle_file", "bundle_lacks_left_out_roots", "lacks 1 of the system's 2")
def a_bundle_without_a_root_that_the_script_could_not_read(patient: Patient) -> None:
    have_another_root_in_the_store(patient)
    patient.save()


@FAULTS("bundle_file", "bundle_without_system")
def a_machine_without_roots(patient: Patient) -> None:
    patient.monkeypatch.setattr(files, "SYSTEM_TRUST_FILES", ())


@FAULTS("bundle_file", "bundle_store_unreadable", "store.pem")
def a_system_store_that_cannot_be_read(patient: Patient) -> None:
    store = patient.directory / "store.pem"
    store.write_text(BROKEN)
    patient.monkeypatch.setattr(files, "SYSTEM_TRUST_FILES", (str(store),))


@FAULTS("certificate_file", "certificate_expired", also=("provider",))
def an_expired_certificate_without_a_deployment(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", to_day=-1))
    del patient.settings["access_url"]


@FAULTS("certificate_file", "warning", "within 30 days")
def a_saved_certificate_that_soon_expires(patient: Patient) -> None:
    patient.replace_ca(make_certificate("AI Bridge Proxy CA", to_day=10))
    del patient.settings["access_url"]


def give_away(patient: Patient, *, examiner_uid: int) -> None:
    """Let the files be neither root's nor those of the user who examines them."""
    patient.monkeypatch.setattr(os, "geteuid", lambda: examiner_uid)
    if os.getuid() == 0:
        for file in (patient.certificate, patient.bundle):
            os.chown(file, 4321, 4321)


@FAULTS("certificate_file", "file_of_another_user", also=("bundle_file",))
def files_of_another_user(patient: Patient) -> None:
    give_away(patient, examiner_uid=12345)


@FAULTS("certificate_file", "file_of_another_user_than_root", also=("bundle_file",))
def files_of_another_user_looked_at_by_root(patient: Patient) -> None:
    give_away(patient, examiner_uid=0)
