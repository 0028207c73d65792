"""One line of a forest plot as data."""

from dataclasses import dataclass

from spondyl.evidence.library import Figure, Origin, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a forest plot: a number on the axis, or a finding in words beside it; ``pooled`` from other lines."""

    label: Quote
    detail: Quote
    timing: Quote | None
    figure: Figure | None
    people: Figure | None = None
    finding: Quote | None = None
    note: Quote | None = None
    pooled: bool = False

    def __post_init__(self) -> None:
        if (self.figure is None) == (self.finding is None):
            raise ValueError(f"The row {self.label.text!r} needs a figure or a finding, one of them.")


def result_key(origin: Origin) -> str:
    """``STUDY/RESULT`` of a value inside a study's result: ``results/pain/effect`` of ``nim`` is ``nim/pain``."""
    return "/".join((origin.record, *origin.part.split("/")[1:2]))
