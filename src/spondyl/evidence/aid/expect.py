"""What a hundred people could expect: pictures where people were counted, points of a scale where they were not."""

from dataclasses import dataclass

from spondyl.evidence.aid.said import Said, bare
from spondyl.evidence.aid.words import Filling, Words, filled
from spondyl.evidence.answer import Answer, Axis, IconPair
from spondyl.evidence.answer.icons import deciding_pair
from spondyl.evidence.answer.rows import result_key
from spondyl.evidence.answer.scales import axis_of, effect_figure
from spondyl.evidence.library import Figure, Library, Option, Prose, Quote, Result, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Hundred:
    """One group as a hundred people, ``better`` of them better."""

    label: Said
    better: Said
    number: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Two or more groups of one trial at one time, and what the gap between them may be worth."""

    title: Said
    lead: Said
    groups: tuple[Hundred, ...]
    gap: tuple[Said, ...]

    @property
    def passages(self) -> tuple[Said, ...]:
        """Every sentence."""
        inner = (said for group in self.groups for said in (group.label, group.better))
        return (self.title, self.lead, *inner, *self.gap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Pictures, and lines below them."""

    pictures: tuple[Picture, ...]
    lines: tuple[Said, ...]

    @property
    def passages(self) -> tuple[Said, ...]:
        """Every sentence."""
        return (*(said for picture in self.pictures for said in picture.passages), *self.lines)


def expectation(library: Library, found: Answer, words: Words) -> Expectation:
    """One picture a trial; the deciding result in points where it has some; what is left out, and why."""
    pairs: dict[str, IconPair] = {}
    deciding = deciding_pair(found.option, found.icons)
    for pair in (*([deciding] if deciding else []), *found.icons):
        pairs.setdefault(pair.study.origin.record, pair)
    pictures = tuple(_picture(library, found.option, pair, words) for pair in pairs.values())
    lines = [] if pictures else [Said(prose=words.say("page.expect_none"))]
    points = points_said(library, found.option, words, "page.expect_points")
    lines += [points] if points else []
    if points:
        lines += _threshold(library, found.option, words)
    lines += _also(library, found.option, words)
    if found.uncontrolled:
        lines.append(Said(prose=words.say("page.single_arm")))
    return Expectation(pictures=pictures, lines=tuple(lines))


def hundred_of(library: Library) -> Figure:
    """The common denominator, from its record."""
    constant = library.constant("denominator")
    return Figure(value=constant.value, decimals=0, origin=constant.origin)


def _picture(library: Library, option: Option, pair: IconPair, words: Words) -> Picture:
    result = _result_of(library, pair.outcome)
    versus = _control_name(words, result, pair.control.name)
    hundred = hundred_of(library)
    lead = words.say(
        "page.expect_picture", hundred=hundred, versus=versus, time=time_of(library, pair, words)
    )
    groups = tuple(
        Hundred(
            label=Said(
                prose=Prose((words.text(f"options.{option.id}.name"),))
                if group.role is Role.ACTIVE
                else _prose(versus if group is pair.control else words.or_quote("versus", group.name))
            ),
            better=Said(prose=words.say("page.expect_group", better=bare(group.better), hundred=hundred)),
            number=group.better,
        )
        for group in pair.groups
    )
    return Picture(
        title=Said(prose=_prose(outcome_name(words, pair)), rests_on=(pair.outcome.origin,)),
        lead=Said(prose=lead, rests_on=(pair.study.origin,)),
        groups=groups,
        gap=_gap(pair, words, versus=versus, hundred=hundred),
    )


def _result_of(library: Library, outcome: Quote) -> Result:
    return library.result(result_key(outcome.origin))[1]


def outcome_name(words: Words, pair: IconPair, *, short: bool = False) -> Filling:
    """What people were counted for, in plain words (``short``: a few), or as the trial says it."""
    key = result_key(pair.outcome.origin)
    few = words.of("outcomes_short", key) if short else None
    return few or words.of("outcomes", key) or pair.outcome


def time_of(library: Library, pair: IconPair, words: Words) -> Filling:
    """When people were counted: "12 months", or as the trial says it."""
    result = _result_of(library, pair.outcome)
    if result.months is None:
        return pair.timing
    decimals = 0 if result.months == round(result.months) else 1
    figure = Figure(value=result.months, decimals=decimals, origin=result.origin)
    return words.say("page.month" if result.months == 1 else "page.months", value=figure)


def _control_name(words: Words, result: Result, name: Quote) -> Filling:
    return words.of("versus", result.versus) or words.of("versus", name.text) or name


def _prose(filling: Filling) -> Prose:
    return filling if isinstance(filling, Prose) else Prose((filling,))


def _gap(pair: IconPair, words: Words, *, versus: Filling, hundred: Figure) -> tuple[Said, ...]:
    difference = pair.difference
    lines: list[Prose] = []
    if difference is None or difference.interval_95 is None:
        lines.append(words.say("page.expect_no_gap"))
    else:
        low, high = difference.interval_95
        lines.append(
            words.say(
                "page.expect_difference",
                amount=amount(words, difference, difference.value, ("people_fewer", "people_more")),
                hundred=hundred,
                low=amount(words, difference, low, ("people_fewer", "people_more")),
                high=amount(words, difference, high, ("people_fewer", "people_more")),
            )
        )
        if low <= 0.0 <= high:
            lines.append(words.say("page.expect_chance"))
    if any(group.role is Role.SHAM for group in pair.groups):
        lines.append(words.say("page.expect_sham", versus=versus))
    if note := words.of("trial_notes", pair.study.origin.record):
        lines.append(Prose((note,)))
    return tuple(Said(prose=line) for line in lines)


def _also(library: Library, option: Option, words: Words) -> list[Said]:
    """Results beside the deciding one that this page must not be silent about, in words of their own."""
    lines: list[Said] = []
    for key in option.effects:
        _, result = library.result(key)
        if (text := words.of("also", key)) is None or not result.origin.may_be_shown:
            continue
        values: dict[str, Filling] = {"hundred": hundred_of(library)}
        if result.effect is not None:
            figure = effect_figure(result.effect)
            values["amount"] = amount(words, figure, figure.value, ("points_less", "points_more"))
        lines.append(Said(prose=filled(text, values), rests_on=(result.origin,)))
    return lines


def amount(words: Words, figure: Figure, value: float, kinds: tuple[str, str]) -> Prose:
    """'5 fewer' or '5 more', by the sign of the value; '1 point less' where there is one."""
    kind, number = kinds[0] if value < 0 else kinds[1], bare(figure, value, decimals=_decimals(value, kinds))
    is_one = kind.startswith("points") and number.text == "1"
    return words.say(f"page.{kind}_one" if is_one else f"page.{kind}", value=number)


def _decimals(value: float, kinds: tuple[str, str]) -> int:
    """Whole points; of people one decimal where it matters: 74 less 69 of 100 may be 4.5 by the counts."""
    return int(kinds[0].startswith("people") and round(value, 1) != round(value))


def points_said(library: Library, option: Option, words: Words, key: str) -> Said | None:
    """The deciding result in points of a hundred, where it is a difference on a scale of pain or daily tasks."""
    result = library.result(option.main)[1] if option.main else None
    effect = result.effect if result else None
    if result is None or effect is None or not effect.origin.may_be_shown:
        return None
    names = {Axis.PAIN: "page.pain", Axis.DISABILITY: "page.function"}
    axis = axis_of(effect)
    if axis not in names:
        return None
    figure = effect_figure(effect)
    kinds = ("less", "more") if key.endswith("glance_points") else ("points_less", "points_more")
    values: dict[str, Filling] = {
        "hundred": hundred_of(library),
        "amount": amount(words, figure, figure.value, kinds),
        "what": words.text(names[axis]),
        "versus": words.or_quote("versus", Quote(text=result.versus, origin=result.origin)),
    }
    if figure.interval_95 is None:
        return Said(prose=words.say(f"{key}_bare", **values))
    ends = sorted(figure.interval_95, key=abs if figure.interval_95[1] < 0 else None)
    low, high = (amount(words, figure, end, kinds) for end in ends)
    return Said(prose=words.say(key, low=low, high=high, **values))


def _threshold(library: Library, option: Option, words: Words) -> list[Said]:
    effect = library.result(option.main)[1].effect
    name = {Axis.PAIN: "mic-pain-100", Axis.DISABILITY: "mic-odi"}.get(axis_of(effect) if effect else None)  # type: ignore[arg-type]
    if name is None:
        return []
    constant = library.constant(name)
    figure = Figure(value=constant.value, decimals=0, origin=constant.origin)
    return [Said(prose=words.say("page.expect_threshold", value=figure))]
