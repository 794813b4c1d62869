"""What doctor finds, on the page of messages.

The tests of faults compare it; `pytest tests/doctor/test_faults.py --write-findings` writes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests import ROOT
from tests.doctor.transcripts import PROXY_URL, generalized
from tests.messages.case import entry, sections
from tests.messages.sentences import documentation, normalized, sentences
from tf_helper.doctor.finding import Finding
from tf_helper.doctor.report import as_text
from tf_helper.doctor.runner import Examined
from tf_helper.doctor.steps import STEPS

if TYPE_CHECKING:
    from tests.doctor.fault import Fault
    from tests.doctor.patient import Patient, Report

# Words of the names of faults.
SPELLED = {"ca": "CA", "tls": "TLS", "coders": "Coder's", "companys": "company's", "systems": "system's"}

# What depends on whether there is a network, and on which end of a connection is quicker.
VOLATILE = {
    r"(has no address: )[a-z ]+": r"\1name or service not known",
    r"(the TLS handshake broke off \()[a-z ]+": r"\1unexpected eof while reading",
}

PAGE = ROOT / "docs" / "messages.md"
BEGIN, END = "<!-- what doctor finds -->\n", "<!-- end of what doctor finds -->"
SOURCES = [*(ROOT / "tf_helper" / "doctor").rglob("*.py"), *(ROOT / "tf_helper" / "coder").glob("*.py")]


def heading(fault: Fault) -> str:
    """Return the first line of the entry of a fault."""
    return f"<{' '.join(SPELLED.get(word, word) for word in fault.name.replace('_', ' ').split())}>"


def finding(fault: Fault, patient: Patient, report: Report) -> str:
    """Return the entry of a fault: its name, and the lines that a person sees."""
    step = report.steps[fault.step]
    seen, advice = step["seen"], step["advice"]
    if fault.step == "environment":
        # Without the list of variables and the advice, which are always the same.
        seen, advice = seen.partition("\nset here: ")[0], ""
    as_text([Examined(fault.step, step["title"], Finding(step["status"], seen, advice))])
    lines, _, _ = patient.capsys.readouterr().out.partition("\n\n")
    for volatile, shown in VOLATILE.items():
        lines = re.sub(volatile, shown, lines)
    return entry(heading(fault), [generalized(lines, patient, PROXY_URL)])


def documented() -> dict[str, str]:
    """Return the entries of the page, each under its first line."""
    _, _, after = PAGE.read_text().partition(BEGIN)
    blocks = re.findall(r"^```text\n(.*?)\n```$", after.partition(END)[0], re.MULTILINE | re.DOTALL)
    entries = [text for block in blocks for text in block.split("\n\n")]
    return {text.partition("\n")[0]: text for text in entries}


def write(found: list[tuple[Fault, str]]) -> None:
    """Write the shortest entries that have all sentences which are not elsewhere in the documentation."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}{END}{after}")
    known = documentation()
    missing = {normalized(sentence) for file in SOURCES for sentence in sentences(file)}
    missing = {sentence for sentence in missing if sentence not in known}
    chosen = set()
    for _, text in sorted(found, key=lambda each: len(each[1])):
        said = {sentence for sentence in missing if sentence in normalized(text)}
        missing -= said
        if said:
            chosen.add(text)
    tables = {
        step.title: [text for fault, text in found if fault.step == step.name and text in chosen] for step in STEPS
    }
    text = sections({title: texts for title, texts in tables.items() if texts})
    PAGE.write_text(f"{before}{BEGIN}{text}\n{END}{after}")
