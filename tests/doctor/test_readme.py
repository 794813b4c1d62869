"""The documentation shows what doctor says of typical faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.doctor.transcripts import TRANSCRIPTS, Transcript, shown

if TYPE_CHECKING:
    from tests.doctor.patient import Patient

PAGES = (ROOT / "README.md").read_text() + (ROOT / "docs" / "troubleshooting.md").read_text()


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.inflict.__name__)
def test_the_transcript_is_what_doctor_says(transcript: Transcript, patient: Patient) -> None:
    assert f"```console\n{shown(transcript, patient)}```\n" in PAGES
