"""Published results to read beside a clinic's own: as words, never on its axis, and only what a person has verified."""

from dataclasses import dataclass

from spondyl.evidence.library import Group, Library, Role, Study, shipped_library

NOT_COMPARABLE = (
    "Other patients, other ways of counting, other times. These lines show how much people improve in studies, with a "
    "sham treatment too; they cannot be subtracted from the numbers above."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLine:
    """One group of one study: how many of it got better, when, by which definition.

    ``has_control`` is False for a single group, such as a clinic's own: those stand in a table of their own.
    """

    study: str
    group: str
    is_control: bool
    has_control: bool
    share: str
    when: str
    definition: str
    source: str


def published_beside(library: Library | None = None) -> tuple[PublishedLine, ...]:
    """Responders of the groups in the library that may be shown, those of control groups first."""
    studies = (library or shipped_library()).studies
    lines = [line for study in studies for line in _of_study(study)]
    return tuple(sorted(lines, key=lambda line: (not line.has_control, line.study, not line.is_control)))


def _of_study(study: Study) -> list[PublishedLine]:
    return [
        PublishedLine(
            study=study.name,
            group=group.name,
            is_control=group.role in (Role.SHAM, Role.USUAL_CARE),
            has_control=study.design.is_randomised,
            share=f"{group.percent:g} of 100",
            when=result.timing,
            definition=result.label,
            source=f"{group.origin.citation}, {group.origin.locator}; verified {group.origin.verified_on}",
        )
        for result in study.results
        for group in result.groups
        if "people" in result.outcome.value and group.percent is not None and _may_be_shown(group)
    ]


def _may_be_shown(group: Group) -> bool:
    return group.origin.may_be_shown
