"""How likely a fracture or cancer is after one red flag is found. Kept for signing; unverified, so shown to nobody."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTest:
    """A published probability in per cent with its 95 % interval; ``verified_by`` is empty until somebody has read it.

    The verifier opens the paper at ``locator``, compares the three numbers, and signs with name and date.
    """

    flag: str
    condition: str
    percent: float
    interval_95_percent: tuple[float, float]
    locator: str = "Downie et al., BMJ 2013;347:f7095, abstract, Results"
    verified_by: str = ""


POST_TESTS = (
    PostTest(flag="older_age", condition="fracture", percent=9, interval_95_percent=(3, 25)),
    PostTest(flag="steroids", condition="fracture", percent=33, interval_95_percent=(10, 67)),
    PostTest(flag="severe_trauma", condition="fracture", percent=11, interval_95_percent=(8, 16)),
    PostTest(flag="contusion", condition="fracture", percent=62, interval_95_percent=(49, 74)),
    PostTest(flag="several", condition="fracture", percent=90, interval_95_percent=(34, 99)),
    PostTest(flag="cancer_history", condition="malignancy", percent=33, interval_95_percent=(22, 46)),
)


def shown_post_tests() -> tuple[PostTest, ...]:
    """Those that a named person has verified: today none.

    >>> shown_post_tests()
    ()
    """
    return tuple(one for one in POST_TESTS if one.verified_by)
