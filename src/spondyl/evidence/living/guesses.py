"""What a machine can guess about a study from its words; every guess is listed for the person who verifies."""

import re

from spondyl.evidence.library import Design, Outcome, Role

_OPTION_WORDS = (
    (
        "stem-cells",
        r"stem|stromal|mesenchymal|bone[- ]marrow|bmac|\bmsc\b|\bmpc\b|adipose|progenitor|discogenic cell",
    ),
    ("prp", r"platelet"),
    ("hyaluronic-acid", r"hyaluron"),
    ("radiofrequency", r"radiofrequency|neurotomy|denervation|ablation"),
    ("epidural-steroid", r"epidural|transforaminal"),
    ("surgery", r"fusion|discectomy|arthroplasty|surgery|surgical"),
    ("opioids", r"opioid|tramadol|tapentadol|oxycodone|morphine|buprenorphine"),
    ("muscle-relaxants", r"cyclobenzaprine|tizanidine|methocarbamol|muscle relaxant|baclofen"),
    ("nsaids", r"nsaid|ibuprofen|naproxen|diclofenac|celecoxib|etoricoxib"),
    ("instrument-manipulation", r"activator|instrument[- ]assisted|mechanical force"),
    ("manual-manipulation", r"manipulat|chiropract|mobili[sz]ation|osteopath"),
    ("exercise", r"exercise|walking|stretching|physical therapy|physiotherapy|pilates|yoga|mckenzie"),
)

_OUTCOME_WORDS = (
    (Outcome.HARM, r"adverse|safety|complication|infection|toxicity"),
    (Outcome.LEG_PAIN, r"leg pain|radicular pain"),
    (Outcome.FUNCTION, r"disabilit|oswestry|\bodi\b|roland|\brmdq\b|function"),
    (Outcome.PAIN, r"pain|\bvas\b|\bnrs\b|analog"),
)

_RESPONSE = r"respon|success|improve|reduction of at least|≥|>=|at least"

_NOT_BETTER = (
    r"\bworse|\bworsen|deteriorat|unchanged|\bno change|\bsame\b|\bstable\b|\bnon[- ]?respon|\bfail"
    r"|\b(no|not|without|lack of)\b.*(better|improve|respon|success)|^no$"
)

_ROLES = (
    (Role.SHAM, r"sham|placebo|saline|vehicle"),
    (Role.USUAL_CARE, r"no[_ ]intervention|usual care|standard care|waiting list|wait[- ]?list|no treatment"),
    (Role.OTHER_ACTIVE, r"active[_ ]comparator|comparator|control"),
    (Role.ACTIVE, r"experimental|active|treatment|intervention"),
)

_PER_MONTH = {"day": 1 / 30.4375, "week": 7 / 30.4375, "month": 1.0, "year": 12.0}


def guess_options(text: str) -> tuple[str, ...]:
    """The options that the words name, in the order of the list."""
    return tuple(option for option, pattern in _OPTION_WORDS if re.search(pattern, text, re.IGNORECASE))


def guess_outcome(title: str, *, counts_people: bool) -> Outcome | None:
    """What was measured; people who got better where people were counted; None where the words do not say."""
    found = next((kind for kind, words in _OUTCOME_WORDS if re.search(words, title, re.IGNORECASE)), None)
    if not counts_people or found is Outcome.HARM:
        return found
    if found is None:
        return Outcome.RESPONDERS if re.search(_RESPONSE, title, re.IGNORECASE) else None
    return Outcome.FUNCTION_RESPONDERS if found is Outcome.FUNCTION else Outcome.PAIN_RESPONDERS


def is_not_better(*texts: str) -> bool:
    """Whether a category counts people who did not get better: worse, unchanged, no response."""
    return any(re.search(_NOT_BETTER, text, re.IGNORECASE) for text in texts)


def is_change(*texts: str) -> bool:
    """Whether a mean is a change from before, which is no mean after."""
    return any(
        re.search(r"\bchanges?\b|\breduction in\b|\bdifference from\b", text, re.IGNORECASE) for text in texts
    )


def guess_role(*texts: str) -> Role:
    """What a group stands for, from its registered kind and its name; sham wins over all, then usual care."""
    joined = " ".join(texts)
    return next(
        (role for role, words in _ROLES if re.search(words, joined, re.IGNORECASE)), Role.OTHER_ACTIVE
    )


def guess_months(*texts: str) -> float | None:
    """The time point in months from the first text that names exactly one.

    >>> guess_months("Month 12"), guess_months("baseline to 52 weeks"), guess_months("1, 3 and 6 months")
    (12.0, 12.0, None)
    """
    for text in texts:
        found = _times(text)
        if len(found) == 1:
            return found.pop()
    return None


def _times(text: str) -> set[float]:
    """Every time named, in months; lists such as '1, 3 and 6 months' name several."""
    number, unit = r"(\d+(?:\.\d+)?)", r"(day|week|month|year)s?"
    listed = rf"((?:\d+(?:\.\d+)?\s*(?:,|and|or|&|/|to|-)\s*)*){number}[\s-]*{unit}"
    times: set[float] = set()
    for match in re.finditer(listed, text, re.IGNORECASE):
        values = [float(one) for one in re.findall(r"\d+(?:\.\d+)?", match[1])] + [float(match[2])]
        times |= {_in_months(value, match[3]) for value in values}
    for match in re.finditer(rf"(?<![a-z]){unit}\s+{number}", text, re.IGNORECASE):
        times.add(_in_months(float(match[2]), match[1]))
    return times


def _in_months(value: float, unit: str) -> float:
    months = value * _PER_MONTH[unit.lower()]
    return (
        float(round(months))
        if unit.lower() == "week" and value % 4 == 0 and value >= 12
        else round(months, 2)
    )


def guess_design(text: str) -> Design | None:
    """The design that title and abstract name; None where they name none."""
    patterns = (
        (Design.REVIEW_OF_TRIALS, r"(systematic review|meta-analys)[^.]*(randomi[sz]ed|trials)|cochrane"),
        (Design.REVIEW_MIXED, r"systematic review|meta-analys|scoping review"),
        (Design.RANDOMISED, r"randomi[sz]ed"),
        (Design.CONTROLLED, r"controlled|compared with|comparative"),
        (
            Design.SINGLE_ARM,
            r"case series|retrospective|prospective|cohort|pilot|open[- ]label|single[- ]arm|registry",
        ),
    )
    return next((design for design, words in patterns if re.search(words, text, re.IGNORECASE)), None)
