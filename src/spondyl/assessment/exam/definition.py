"""What a spine examination holds: groups that are 'normal' as a whole, and tests that may deviate.

Dermatomes, myotomes and reflexes follow the International Standards for Neurological Classification of Spinal Cord
Injury (ISNCSCI), key muscles and key points; muscle power is the Medical Research Council scale, reflexes 0 to 4+.
"""

from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """Of the patient."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    MIDLINE = "midline"


class Means(Enum):
    """What a value that is not normal points to, so that no sentence has to be understood by software."""

    LIMITED = "limited or painful"
    WEAK = "weak"
    NUMB = "numb"
    REFLEX_LOW = "reflex low"
    REFLEX_HIGH = "reflex high"
    UPPER_MOTOR_NEURON = "upper motor neuron sign"
    SADDLE = "saddle area numb"
    PROVOKED = "pain provoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One result of a test. ``means`` is None for the normal one."""

    code: str
    text: str
    means: Means | None = None
    is_old: bool = False
    """Kept so that earlier notes can be read; no note is written with it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamTest:
    """One test. The first value is the normal one."""

    key: str
    label: str
    sides: tuple[Side, ...]
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if self.values[0].means is not None or any(one.means is None for one in self.values[1:]):
            raise ValueError(f"The first value of {self.key} is its normal one, and the only one.")

    def value(self, code: str) -> Value | None:
        """The value of that code."""
        return next((one for one in self.values if one.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamGroup:
    """Tests that are done together. ``normal`` is what the note says when all of them are normal: it
    names every one of them, as it takes back an earlier sign of each."""

    key: str
    title: str
    normal: str
    tests: tuple[ExamTest, ...]


_SIDES = (Side.LEFT, Side.RIGHT)
_MIDDLE = (Side.MIDLINE,)
_FULL = Value(code="full", text="full and free")
_MOTION = (
    _FULL,
    Value(code="limited", text="limited", means=Means.LIMITED),
    Value(code="painful", text="painful", means=Means.LIMITED),
    Value(code="limited_painful", text="limited and painful", means=Means.LIMITED),
)
_POWER = (
    Value(code="5", text="5/5"),
    *(Value(code=str(grade), text=f"{grade}/5", means=Means.WEAK) for grade in (4, 3, 2, 1, 0)),
)
_FEELING = (
    Value(code="normal", text="normal"),
    Value(code="reduced", text="reduced", means=Means.NUMB),
    Value(code="absent", text="absent", means=Means.NUMB),
    Value(code="tingling", text="altered", means=Means.NUMB),
)
_SADDLE = (
    Value(code="normal", text="normal"),
    Value(code="reduced", text="reduced", means=Means.SADDLE),
    Value(code="absent", text="absent", means=Means.SADDLE),
)
_REFLEX = (
    Value(code="2", text="2+"),
    Value(code="0", text="absent", means=Means.REFLEX_LOW),
    Value(code="1", text="1+", means=Means.REFLEX_LOW),
    Value(code="3", text="3+", means=Means.REFLEX_HIGH),
    Value(code="4", text="4+ (clonus)", means=Means.UPPER_MOTOR_NEURON),
)
_SIGN = (
    Value(code="absent", text="absent"),
    Value(code="present", text="present", means=Means.UPPER_MOTOR_NEURON),
)
_PROVOKES = (
    Value(code="negative", text="negative"),
    Value(code="local", text="provokes local pain", means=Means.PROVOKED),
    Value(code="limb", text="provokes the arm or leg pain", means=Means.PROVOKED),
)
_DISAPPEARS = (
    Value(code="negative", text="negative"),
    Value(
        code="positive",
        text="positive: the pain on pressing goes when the legs are lifted",
        means=Means.PROVOKED,
    ),
    *(Value(code=one.code, text=one.text, means=one.means, is_old=True) for one in _PROVOKES[1:]),
)
"""Prone instability is positive when lifting the legs takes the pain away (Hicks 2003): it provokes none."""


def _tests(
    values: tuple[Value, ...], sides: tuple[Side, ...], *named: tuple[str, str]
) -> tuple[ExamTest, ...]:
    return tuple(ExamTest(key=key, label=label, sides=sides, values=values) for key, label in named)


EXAM = (
    ExamGroup(
        key="motion",
        title="Range of motion",
        normal="Active range of motion of neck and trunk full and free in all directions.",
        tests=(
            *_tests(
                _MOTION,
                _MIDDLE,
                ("neck_flexion", "Neck flexion"),
                ("neck_extension", "Neck extension"),
                ("trunk_flexion", "Trunk flexion"),
                ("trunk_extension", "Trunk extension"),
            ),
            *_tests(
                _MOTION,
                _SIDES,
                ("neck_rotation", "Neck rotation"),
                ("neck_side_bending", "Neck side bending"),
                ("trunk_rotation", "Trunk rotation"),
                ("trunk_side_bending", "Trunk side bending"),
            ),
        ),
    ),
    ExamGroup(
        key="myotomes",
        title="Power (myotomes)",
        normal="Power 5/5 in C5 to T1 and L2 to S1 on both sides.",
        tests=_tests(
            _POWER,
            _SIDES,
            ("c5", "C5 elbow flexion"),
            ("c6", "C6 wrist extension"),
            ("c7", "C7 elbow extension"),
            ("c8", "C8 finger flexion"),
            ("t1", "T1 little finger abduction"),
            ("l2", "L2 hip flexion"),
            ("l3", "L3 knee extension"),
            ("l4", "L4 ankle dorsiflexion"),
            ("l5", "L5 great toe extension"),
            ("s1", "S1 plantar flexion"),
        ),
    ),
    ExamGroup(
        key="dermatomes",
        title="Feeling (dermatomes)",
        normal="Light touch normal in C5 to T1 and L2 to S2 on both sides, and in the saddle area (S3 to S5).",
        tests=(
            *_tests(
                _FEELING,
                _SIDES,
                *((f"touch_{level.lower()}", level) for level in ("C5", "C6", "C7", "C8", "T1")),
                *((f"touch_{level.lower()}", level) for level in ("L2", "L3", "L4", "L5", "S1", "S2")),
            ),
            *_tests(_SADDLE, _MIDDLE, ("touch_saddle", "Saddle area (S3 to S5)")),
        ),
    ),
    ExamGroup(
        key="reflexes",
        title="Reflexes",
        normal="Biceps, brachioradialis, triceps, knee and ankle reflexes 2+ and equal.",
        tests=_tests(
            _REFLEX,
            _SIDES,
            ("biceps", "Biceps (C5)"),
            ("brachioradialis", "Brachioradialis (C6)"),
            ("triceps", "Triceps (C7)"),
            ("knee", "Knee (L4)"),
            ("ankle", "Ankle (S1)"),
        ),
    ),
    ExamGroup(
        key="upper_motor_neuron",
        title="Upper-motor-neuron signs",
        normal="No Babinski or Hoffmann sign, no clonus, no Lhermitte sign, gait steady.",
        tests=(
            *_tests(
                _SIGN, _SIDES, ("babinski", "Babinski"), ("hoffmann", "Hoffmann"), ("clonus", "Ankle clonus")
            ),
            *_tests(_SIGN, _MIDDLE, ("lhermitte", "Lhermitte"), ("gait", "Unsteady or spastic gait")),
        ),
    ),
    ExamGroup(
        key="provocation",
        title="Provocation tests",
        normal="Straight leg raise, crossed straight leg raise, slump, femoral nerve stretch, Spurling, FABER, thigh "
        "thrust, sacroiliac distraction and compression, sacral thrust and prone instability negative.",
        tests=(
            *_tests(
                _PROVOKES,
                _SIDES,
                ("straight_leg_raise", "Straight leg raise"),
                ("crossed_leg_raise", "Crossed straight leg raise (side of the lifted leg)"),
                ("slump", "Slump"),
                ("femoral_stretch", "Femoral nerve stretch"),
                ("spurling", "Spurling"),
                ("faber", "FABER"),
                ("thigh_thrust", "Thigh thrust"),
            ),
            *_tests(
                _PROVOKES,
                _MIDDLE,
                ("distraction", "Sacroiliac distraction"),
                ("compression", "Sacroiliac compression"),
                ("sacral_thrust", "Sacral thrust"),
            ),
            *_tests(_DISAPPEARS, _MIDDLE, ("prone_instability", "Prone instability")),
        ),
    ),
)
GROUPS = {group.key: group for group in EXAM}
TESTS = {test.key: test for group in EXAM for test in group.tests}
GROUP_OF_TEST = {test.key: group.key for group in EXAM for test in group.tests}
