"""The fixed words of the pages: plain, calm, and without a single digit."""

from spondyl.evidence.answer import Axis

DISCLAIMER = (
    "Spondyl is research software, not a medical device. This page informs a talk with a clinician; it does not "
    "replace it."
)

WORDS = {
    "comparison": "Back pain: every option by one yardstick",
    "no_icons": "No trial in the library reports how many people got better with this and with a control beside it.",
    "icons": "Filled: people who got better. Rings: people who did not. Same number of people, same time.",
    "no_controlled": "No controlled number was read.",
    "threshold": "Dashed line: the change that matters to one person. It is a yardstick for one person, not for a "
    "difference between groups.",
    "no_interval": "Hollow mark: no interval was read, so nobody can say how sure the number is.",
    "uncontrolled": "People change with time, hope and other care. Without a control group nobody knows how much of "
    "this is due to the treatment, so these numbers stand on an axis of their own and are compared with nothing.",
    "pooled": "Diamond: the single-arm studies with counts, pooled. Each judged better in its own way and at its own "
    "time, and counted the people who stayed. Still nobody stands beside them: it is no effect of the treatment.",
    "conflict": "The guidelines disagree. All are shown; none is chosen for you.",
    "no_guideline": "No recommendation about this option was read.",
    "no_regulation": "No rule of a regulator about this option was read.",
    "no_funding": "not read",
    "not_stated": "not stated for this result",
    "awaiting": "The words above are those that were signed. Since then the records have changed. They now say:",
    "new_data": "Signed words; new data awaits review.",
    "unsigned": "Nobody has signed this.",
    "proposal": "What the software proposes",
    "published": "What reviews published",
}

TITLES = {
    Axis.PAIN: "Pain, on a scale of a hundred points (minus is less pain)",
    Axis.DISABILITY: "Disability, on a scale of a hundred points (minus is less disability)",
    Axis.STANDARDISED: "Standardised difference: different scales brought together (minus is better)",
    Axis.PEOPLE: "People better, difference of a hundred (plus is more people better)",
    Axis.UNCONTROLLED_SHARE: "People who reported being better, of a hundred; nobody beside them",
    Axis.UNCONTROLLED_CHANGE: "Change from before to after, standardised; nobody beside them (minus is less)",
}

STEPS = {-2: "down by two", -1: "down by one", 0: "none", 1: "up by one", 2: "up by two"}
