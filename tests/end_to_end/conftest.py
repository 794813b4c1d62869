"""The fixtures of doctor's tests and of the script's."""

from tests.doctor.conftest import company, patient
from tests.script.conftest import rendered

__all__ = ["company", "patient", "rendered"]
