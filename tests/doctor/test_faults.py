"""One fault at a time: the step that finds it names it, and what to do about it, which mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doctor import deployment_faults, environment_faults, file_faults, proxy_faults, tls_faults, tunnel_faults
from tf_helper.doctor.verdicts import VERDICTS

if TYPE_CHECKING:
    from tests.doctor.fault import Fault
    from tests.doctor.patient import Patient

TABLES = (proxy_faults, deployment_faults, file_faults, tunnel_faults, tls_faults, environment_faults)
FAULTS = [fault for table in TABLES for fault in table.FAULTS]


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in FAULTS])
def test_the_step_that_meets_a_fault_names_it_and_a_remedy_that_mends(fault: Fault, patient: Patient) -> None:
    fault.inflict(patient)
    fault.assert_found(patient.examine())
    if fault.cure:
        fault.cure(patient)
        report = patient.examine(until=fault.step)
        assert report.steps[fault.step]["status"] == "ok", report


def test_every_verdict_is_that_of_a_fault() -> None:
    # Doctor needs no curl: that is the check's own.
    found = {
        name
        for name, verdict in VERDICTS.items()
        if verdict.status in {"failed", "warning"} and verdict.step != "environment"
    }
    assert found - {"curl_broken"} == {fault.verdict for fault in FAULTS} - {"failed", "warning"}
