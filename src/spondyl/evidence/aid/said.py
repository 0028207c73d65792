"""A sentence of the page with the records it rests on, and a number without its interval."""

from dataclasses import dataclass

from spondyl.evidence.library import Figure, Origin, Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words and numbers, and where they come from. Raises ValueError when a source may not be shown."""

    prose: Prose
    rests_on: tuple[Origin, ...] = ()

    def __post_init__(self) -> None:
        hidden = [origin.key for origin in self.rests_on if not origin.may_be_shown]
        if hidden:
            raise ValueError(
                f"A sentence rests on {hidden[0]}, which nobody has verified. Leave the sentence out."
            )

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Every source, each once, in order."""
        return tuple(dict.fromkeys((*self.prose.origins, *self.rests_on)))


def bare(figure: Figure, value: float | None = None, *, decimals: int = 0) -> Figure:
    """One number of a figure without unit, interval and sign: the words around it say the rest."""
    number = figure.value if value is None else value
    return Figure(value=abs(number), decimals=decimals, origin=figure.origin)
