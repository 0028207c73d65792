"""Which answers about medicines and health make which option a question for a clinician first."""

from dataclasses import dataclass

from spondyl.treatment.plan.option_kind import OptionKind, kind_of

SOURCE = "Added by this software's safety case; a clinician of your clinic must confirm it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """An answer of the intake that is not 'no', the options it touches, and why."""

    key: str
    about: str
    options: frozenset[str] = frozenset()
    kinds: frozenset[OptionKind] = frozenset()
    source: str = SOURCE

    def touches(self, option: str) -> bool:
        """Whether it bears on the option."""
        return option in self.options or kind_of(option) in self.kinds


CAUTIONS = (
    Caution(
        key="blood_thinner",
        about="a blood thinner or easy bleeding",
        options=frozenset({"nsaids"}),
        kinds=frozenset({OptionKind.INJECTION, OptionKind.SURGERY, OptionKind.HANDS_ON}),
    ),
    Caution(
        key="stomach_bleed",
        about="an ulcer or bleeding in the stomach",
        options=frozenset({"nsaids"}),
        source="FDA boxed warning on anti-inflammatory pills (record fda-nsaids of the evidence library)",
    ),
    Caution(
        key="heart_or_kidney",
        about="heart attack, stroke, heart failure or kidney disease",
        options=frozenset({"nsaids"}),
        source="FDA boxed warning on anti-inflammatory pills (record fda-nsaids); the kidney by the safety case",
    ),
    Caution(
        key="pregnant",
        about="a possible pregnancy",
        kinds=frozenset({OptionKind.MEDICINE, OptionKind.INJECTION, OptionKind.SURGERY}),
    ),
    Caution(
        key="dependence",
        about="a past problem with alcohol or drugs",
        options=frozenset({"opioids", "muscle-relaxants"}),
        source="FDA boxed warning on opioids (record fda-opioids of the evidence library)",
    ),
)
