"""The documentation shows what doctor says of typical faults; `make docs` writes it there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.doctor.transcripts import TRANSCRIPTS, Transcript, shown

if TYPE_CHECKING:
    from tests.doctor.patient import Patient

PAGES = [ROOT / "README.md", ROOT / "docs" / "doctor.md"]


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.inflict.__name__)
def test_the_transcript_is_what_doctor_says(
    transcript: Transcript, patient: Patient, pytestconfig: pytest.Config
) -> None:
    text = shown(transcript, patient)
    block = re.compile(rf"(?<=^```console\n){re.escape(text.partition(chr(10))[0])}\n(.*\n)*?(?=```)", re.MULTILINE)
    (page,) = (page for page in PAGES if block.search(page.read_text()))
    if pytestconfig.option.write_transcripts:
        page.write_text(block.sub(lambda _: text, page.read_text()))
    assert f"```console\n{text}```\n" in page.read_text()
