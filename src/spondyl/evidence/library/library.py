"""Every record together, with the checks that need more than one of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from spondyl.evidence.library.effect import Result
from spondyl.evidence.library.errors import DuplicateTrialError, UnknownOptionError, UnknownRecordError
from spondyl.evidence.library.option import Option
from spondyl.evidence.library.registry_ids import normal_registry_id
from spondyl.evidence.library.rules import Claim, Constant, GuidelineRule, Harm, RegulationRule
from spondyl.evidence.library.study import Study

Record = Study | Option | Harm | RegulationRule | GuidelineRule | Constant | Claim
R = TypeVar("R", Study, Harm, RegulationRule, GuidelineRule, Claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The records by kind. An object that exists is consistent: every name leads somewhere, no trial counts twice."""

    studies: tuple[Study, ...]
    options: tuple[Option, ...]
    harms: tuple[Harm, ...]
    regulation: tuple[RegulationRule, ...]
    guidelines: tuple[GuidelineRule, ...]
    constants: tuple[Constant, ...]
    claims: tuple[Claim, ...]

    def __post_init__(self) -> None:
        refuse_duplicate_trials(self.studies)
        _refuse_unknown_options(self)
        _refuse_unknown_results(self)

    def option(self, name: str) -> Option:
        """The option of that id; raises UnknownOptionError with the list of those there are."""
        found = next((one for one in self.options if one.id == name), None)
        if found is None:
            raise UnknownOptionError(
                what=f"There is no option {name!r}.",
                why="Only options with records can be answered.",
                do=f"Ask for one of {', '.join(one.id for one in self.options)}.",
            )
        return found

    def study(self, name: str) -> Study:
        """The study of that id; raises UnknownRecordError."""
        found = next((one for one in self.studies if one.id == name), None)
        if found is None:
            raise _unknown(f"a study {name!r}")
        return found

    def result(self, key: str) -> tuple[Study, Result]:
        """The study and result of ``STUDY/RESULT``; raises UnknownRecordError."""
        name, _, part = key.partition("/")
        study = self.study(name)
        found = study.result(part)
        if found is None:
            raise _unknown(f"a result {part!r} in the study {name!r}")
        return study, found

    def constant(self, name: str) -> Constant:
        """The constant of that id; raises UnknownRecordError."""
        found = next((one for one in self.constants if one.id == name), None)
        if found is None:
            raise _unknown(f"a constant {name!r}")
        return found

    def studies_of(self, option: str) -> tuple[Study, ...]:
        """Studies that bear on an option."""
        return _about(self.studies, option)

    def harms_of(self, option: str) -> tuple[Harm, ...]:
        """Harms of an option."""
        return _about(self.harms, option)

    def regulation_of(self, option: str) -> tuple[RegulationRule, ...]:
        """Regulation of an option, in order."""
        return tuple(sorted(_about(self.regulation, option), key=lambda one: (one.order, one.id)))

    def guidelines_of(self, option: str) -> tuple[GuidelineRule, ...]:
        """Guideline rules about an option."""
        return _about(self.guidelines, option)

    def claims_of(self, option: str) -> tuple[Claim, ...]:
        """Claims in circulation about an option."""
        return _about(self.claims, option)

    @property
    def records(self) -> Iterator[Record]:
        """Every record."""
        yield from self.options
        yield from self.studies
        yield from self.harms
        yield from self.regulation
        yield from self.guidelines
        yield from self.claims
        yield from self.constants


def refuse_duplicate_trials(studies: Iterable[Study]) -> None:
    """Raise DuplicateTrialError when two records carry one registration number, for it would count twice."""
    ids = Counter(_plain_id(study.registry_id) for study in studies if study.registry_id)
    twice = [name for name, count in ids.items() if count > 1]
    if twice:
        raise DuplicateTrialError(
            what=f"The trial {twice[0]} stands in more than one record.",
            why="One registered trial counts once, however many papers report it.",
            do="Put the results of all its papers into one record.",
        )


def trials_listed_twice(study: Study) -> tuple[str, ...]:
    """Registration numbers that a review lists more than once: its pooled numbers count those people twice."""
    return tuple(name for name, count in Counter(map(_plain_id, study.includes)).items() if count > 1)


def _plain_id(registry_id: str) -> str:
    """A registration number as it is compared, also one with spaces in it; what is none, in capitals."""
    joined = "".join(registry_id.split())
    return normal_registry_id(joined) or joined.upper()


def refuse_review_with_duplicates(study: Study) -> None:
    """Raise DuplicateTrialError when a review lists one trial twice: its pooled effect is not to be used."""
    twice = trials_listed_twice(study)
    if twice:
        raise DuplicateTrialError(
            what=f"{study.name} lists the trial {twice[0]} more than once.",
            why="Its pooled numbers count the people of that trial twice.",
            do="Leave its pooled numbers out, or pool its trials anew, each once.",
        )


def _about(records: tuple[R, ...], option: str) -> tuple[R, ...]:
    return tuple(one for one in records if option in one.options)


def _unknown(what: str) -> UnknownRecordError:
    return UnknownRecordError(
        what=f"The library does not hold {what}.",
        why="Something names it.",
        do="Add the record, or mend the name.",
    )


def _refuse_unknown_options(library: Library) -> None:
    known = {option.id for option in library.options}
    for record in library.records:
        if isinstance(record, Option | Constant):
            continue
        for name in record.options:
            if name not in known:
                raise _unknown(f"an option {name!r}, named by {record.id}")


def _refuse_unknown_results(library: Library) -> None:
    for option in library.options:
        for key in (*option.effects, *([option.main] if option.main else [])):
            refuse_review_with_duplicates(library.result(key)[0])
        for name in (*option.awaited, *(one.of.partition("/")[0] for one in option.published)):
            library.study(name)
    for claim in library.claims:
        for clause in claim.clauses:
            library.study(clause.study)
