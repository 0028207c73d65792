"""Groups of one trial that were given the same option, at two doses say, are one group: their people count once.

Taken as two rows they would count the control group twice; taken as the first alone, the order of a file would choose
(Cochrane Handbook 6.5, section 23.3.4: combine the groups into one).
"""

from collections.abc import Iterable

from spondyl.evidence.library import Group, computed_origin


def one_group(groups: Iterable[Group]) -> Group | None:
    """These groups as one: the counts added, or published percentages weighed by the people in each.

    None for no group, and for several of which one has neither counts nor its size: nobody can add them.
    """
    arms = tuple(groups)
    if len(arms) < 2:
        return next(iter(arms), None)
    sizes = [arm.n or 0 for arm in arms]
    if not all(sizes):
        return None
    counts = [arm.events for arm in arms if arm.events is not None]
    percents = [arm.percent for arm in arms if arm.percent is not None]
    are_counted, have_percent = len(counts) == len(arms), len(percents) == len(arms)
    if not (are_counted or have_percent):
        return None
    weighed = sum(percent * n for percent, n in zip(percents, sizes, strict=True)) if have_percent else 0.0
    names = [arm.name for arm in arms]
    return Group(
        name=", ".join(names[:-1]) + f" and {names[-1]}",
        role=arms[0].role,
        option=arms[0].option,
        n=sum(sizes),
        events=sum(counts) if are_counted else None,
        percent=None if are_counted else weighed / sum(sizes),
        origin=computed_origin(
            *(arm.origin for arm in arms), method=f"{len(arms)} groups given the same, as one group"
        ),
    )
