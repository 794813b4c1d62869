"""The documentation shows what doctor says of typical faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.doctor.transcripts import FAULTS, Fault, transcript

if TYPE_CHECKING:
    from tests.doctor.conftest import Patient
    from tests.harness.certificates import Certified

PAGES = (ROOT / "README.md").read_text() + (ROOT / "docs" / "troubleshooting.md").read_text()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.inflict.__name__.strip("_"))
def test_the_transcript_is_what_doctor_says(fault: Fault, patient: Patient, ca: Certified) -> None:
    assert f"```console\n{transcript(fault, patient, ca)}```\n" in PAGES
