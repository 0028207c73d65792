"""Roland and Morris on three screens of eight sentences: a tick says that the sentence describes the patient today."""

from spondyl.assessment.intake.item import Group, Item, ItemKind, Option
from spondyl.assessment.intake.roland_spanish import INSTRUCTION_SPANISH, ROLAND_SPANISH
from spondyl.assessment.intake.two_languages import InBoth
from spondyl.assessment.questionnaires import INSTRUMENTS
from spondyl.assessment.questionnaires.roland_morris import INSTRUCTION

ON_A_SCREEN = 8
ROLAND = INSTRUMENTS["rmdq"]
_NUMBER = ("first", "second", "third")
_TITLES = (
    InBoth("Your day with this back: part 1 of 3", "Su día con esta espalda: parte 1 de 3"),
    InBoth("Your day with this back: part 2 of 3", "Su día con esta espalda: parte 2 de 3"),
    InBoth("Your day with this back: part 3 of 3", "Su día con esta espalda: parte 3 de 3"),
)


def _screen(part: int) -> Group:
    places = range(part * ON_A_SCREEN, (part + 1) * ON_A_SCREEN)
    key = f"function_{_NUMBER[part]}"
    options = tuple(
        Option(code=ROLAND.items[place], text=InBoth(ROLAND.wording[place], ROLAND_SPANISH[place]))
        for place in places
    )
    item = Item(
        key=key,
        kind=ItemKind.TICKS,
        text=InBoth("Sentences that describe you today", "Frases que le describen hoy"),
        options=options,
        hint=InBoth("None of them? Go on without a tick.", "¿Ninguna? Siga sin marcar nada."),
    )
    return Group(key=key, title=_TITLES[part], lead=InBoth(INSTRUCTION, INSTRUCTION_SPANISH), items=(item,))


FUNCTION_GROUPS = tuple(_screen(part) for part in range(3))
