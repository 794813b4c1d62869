"""One fault at a time: the step that finds it names it, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doctor import deployment_faults, environment_faults, file_faults, proxy_faults, tls_faults, tunnel_faults

if TYPE_CHECKING:
    from tests.doctor.fault import Fault
    from tests.doctor.patient import Patient

TABLES = (proxy_faults, deployment_faults, file_faults, tunnel_faults, tls_faults, environment_faults)
FAULTS = [fault for table in TABLES for fault in table.FAULTS]


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in FAULTS])
def test_the_step_that_meets_a_fault_names_it_and_its_remedy(fault: Fault, patient: Patient) -> None:
    fault.inflict(patient)
    fault.assert_found(patient.examine())
