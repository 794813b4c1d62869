"""Faults as data: how each comes about, which step finds it, and what that says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.doctor.patient import Patient

Inflict = Callable[["Patient"], object]


@dataclass(frozen=True)
class Fault:
    """Something that is wrong, and what doctor says of it.

    `also` are other steps that fail for it, `warned` those that warn; all others are well, or skipped.
    """

    name: str
    inflict: Inflict
    step: str
    said: tuple[str, ...]
    failed: tuple[str, ...]
    warned: tuple[str, ...]


class Faults(list[Fault]):
    """A table of faults, to which functions that inflict one are added by a decorator."""

    def fails(
        self, step: str, *said: str, also: tuple[str, ...] = (), warned: tuple[str, ...] = ()
    ) -> Callable[[Inflict], Inflict]:
        """Add a fault for which this step fails."""
        return self._adder(step, said, (step, *also), warned)

    def warns(self, step: str, *said: str, also: tuple[str, ...] = ()) -> Callable[[Inflict], Inflict]:
        """Add a fault for which this step warns, and nothing fails."""
        return self._adder(step, said, (), (step, *also))

    def _adder(
        self, step: str, said: tuple[str, ...], failed: tuple[str, ...], warned: tuple[str, ...]
    ) -> Callable[[Inflict], Inflict]:
        def add(inflict: Inflict) -> Inflict:
            self.append(Fault(inflict.__name__, inflict, step, said, failed, warned))
            return inflict

        return add
