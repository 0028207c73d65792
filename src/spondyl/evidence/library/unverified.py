"""What stands within an unverified record, or within an unverified result, is unverified with it."""

from dataclasses import replace
from typing import TypeVar

from spondyl.evidence.library.effect import Effect, Group, Result
from spondyl.evidence.library.origin import Origin
from spondyl.evidence.library.study import Study

Part = TypeVar("Part", Effect, Group, Result)


def unverified_whole(study: Study) -> Study:
    """The study with its results, effects and groups unverified where what they stand in is.

    A count that was read says nothing to a patient while its outcome, its time or its comparison is only recalled.
    """
    return replace(study, results=tuple(_result(_within(one, study.origin)) for one in study.results))


def _result(result: Result) -> Result:
    return replace(
        result,
        effect=_within(result.effect, result.origin) if result.effect else None,
        groups=tuple(_within(one, result.origin) for one in result.groups),
    )


def _within(part: Part, around: Origin) -> Part:
    if around.may_be_shown or not part.origin.may_be_shown:
        return part
    return replace(part, origin=replace(part.origin, tag=around.tag, inputs=(*part.origin.inputs, around)))
