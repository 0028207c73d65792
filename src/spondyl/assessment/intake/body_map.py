"""The regions of the body that a patient can mark, seen from the back and from the front."""

from dataclasses import dataclass

from spondyl.assessment.intake.two_languages import InBoth


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRegion:
    """One region. ``is_spine`` says that pain there is back or neck pain, ``is_limb`` that it is in an arm or leg."""

    code: str
    view: str
    text: InBoth
    is_spine: bool = False
    is_limb: bool = False


def _back(code: str, en: str, es: str) -> BodyRegion:
    return BodyRegion(code=code, view="back", text=InBoth(en, es), is_spine=True)


def _limb(code: str, view: str, en: str, es: str) -> BodyRegion:
    return BodyRegion(code=code, view=view, text=InBoth(en, es), is_limb=True)


BODY_REGIONS = (
    BodyRegion(code="head", view="back", text=InBoth("Head", "Cabeza")),
    _back("neck", "Neck", "Cuello"),
    _back("upper_back", "Upper back, between the shoulder blades", "Parte alta de la espalda"),
    _back("mid_back", "Middle of the back", "Mitad de la espalda"),
    _back("low_back", "Low back", "Parte baja de la espalda"),
    _back("sacrum", "Tailbone or back of the pelvis", "Rabadilla o parte de atrás de la pelvis"),
    _limb("left_shoulder", "back", "Left shoulder", "Hombro izquierdo"),
    _limb("right_shoulder", "back", "Right shoulder", "Hombro derecho"),
    _limb("left_arm", "back", "Left arm or hand", "Brazo o mano izquierda"),
    _limb("right_arm", "back", "Right arm or hand", "Brazo o mano derecha"),
    _limb("left_buttock", "back", "Left buttock", "Glúteo izquierdo"),
    _limb("right_buttock", "back", "Right buttock", "Glúteo derecho"),
    _limb("left_thigh_back", "back", "Back of the left thigh", "Parte de atrás del muslo izquierdo"),
    _limb("right_thigh_back", "back", "Back of the right thigh", "Parte de atrás del muslo derecho"),
    _limb("left_calf", "back", "Left calf or heel", "Pantorrilla o talón izquierdo"),
    _limb("right_calf", "back", "Right calf or heel", "Pantorrilla o talón derecho"),
    BodyRegion(code="chest", view="front", text=InBoth("Chest or ribs", "Pecho o costillas")),
    BodyRegion(code="belly", view="front", text=InBoth("Belly", "Vientre")),
    BodyRegion(code="between_legs", view="front", text=InBoth("Between the legs", "Entre las piernas")),
    _limb(
        "right_thigh_front",
        "front",
        "Right groin or front of the right thigh",
        "Ingle o parte de adelante del muslo derecho",
    ),
    _limb(
        "left_thigh_front",
        "front",
        "Left groin or front of the left thigh",
        "Ingle o parte de adelante del muslo izquierdo",
    ),
    _limb("right_shin", "front", "Right shin or foot", "Espinilla o pie derecho"),
    _limb("left_shin", "front", "Left shin or foot", "Espinilla o pie izquierdo"),
)
"""Left and right are the patient's own."""
REGION_OF = {region.code: region for region in BODY_REGIONS}
