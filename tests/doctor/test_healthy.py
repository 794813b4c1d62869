"""Where all is well, doctor says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.doctor.conftest import Patient
    from tests.harness.cells import Listener
    from tests.sandbox import Authorities


def test_every_step_of_a_healthy_workspace_is_ok(patient: Patient) -> None:
    report = patient.examine()
    assert (report.status, report.ok) == (0, True)
    assert report.of("ok") == list(report.steps)
    assert len(report.steps) == 16


def test_every_step_of_a_healthy_tool_is_ok(patient: Patient) -> None:
    patient.environment = patient.tool_environment() | {"CODER_URL": patient.deployment.url}
    del patient.settings["proxy_url"], patient.settings["access_url"]
    report = patient.examine()
    assert report.of("ok") == list(report.steps)
    assert report.steps["environment"]["seen"].endswith("AWS_CA_BUNDLE; they agree")


def test_a_healthy_proxy_with_tls_is_ok(
    patient: Patient, listeners: Mapping[Listener, Mapping[str, object]], authorities: Authorities
) -> None:
    company = authorities.company.cert_pem.bytes().decode()
    patient.settings |= {"proxy_url": str(listeners["TLS"]["proxy_url"]), "extra_ca_certs_pem": company}
    patient.certificate.write_text(patient.ca_pem + company)
    patient.bundle.write_text(patient.roots_pem + patient.ca_pem + company)
    report = patient.examine()
    assert report.of("ok") == list(report.steps), report
    assert report.steps["proxy_tls"]["seen"] == "its certificate is trusted"


def test_on_a_provisioner_files_and_environment_do_not_matter(patient: Patient) -> None:
    patient.certificate.unlink()
    patient.bundle.unlink()
    report = patient.examine("--on-provisioner")
    assert report.ok
    assert report.of("skipped") == ["certificate_file", "bundle_file", "environment"]


def test_without_the_deployments_url_the_rest_is_examined(patient: Patient) -> None:
    del patient.settings["access_url"]
    report = patient.examine()
    assert report.ok
    assert report.of("skipped") == ["deployment", "user", "ca_endpoint"]
    assert "--access-url" in report.told("deployment")
    assert "is intercepted" in report.told("provider")
