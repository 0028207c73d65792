"""One option on the ladder, with the same fields for every option, the clinic's own included."""

import re
from dataclasses import dataclass
from typing import Annotated

from spondyl.evidence.certainty.level import Level
from spondyl.evidence.library.errors import RecordInvalidError
from spondyl.evidence.library.origin import Origin
from spondyl.evidence.library.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCertainty:
    """The certainty that a published review states."""

    level: Annotated[Level, "GRADE level"]
    of: Annotated[str, "The result it is about: STUDY/RESULT, or a study"]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that a person with back pain can choose.

    The words of ``name``, ``what``, ``unknown`` and ``ask`` are Spondyl's own and hold no number.
    """

    id: Annotated[str, "Stable name: the file's name, and the word for the command line"]
    name: Annotated[str, "Name for people"]
    order: Annotated[int, "Place on the ladder, from least to most invasive"]
    clinics_own: Annotated[bool, "True for what the clinic itself sells"]
    question: Annotated[str, "The question a person asks"]
    what: Annotated[str, "What is done, in plain words"]
    procedure: Annotated[tuple[Statement, ...], "The procedure step by step, as read"] = ()
    condition: Annotated[str, "For which back pain"]
    main: Annotated[str, "The body of evidence that decides: STUDY/RESULT, or empty when there is none"] = ""
    effects: Annotated[tuple[str, ...], "STUDY/RESULT of every controlled effect to show, in order"] = ()
    published: Annotated[tuple[PublishedCertainty, ...], "Certainty as published"] = ()
    unknown: Annotated[tuple[str, ...], "What nobody knows"] = ()
    awaited: Annotated[tuple[str, ...], "Studies that could change the answer"] = ()
    origin: Origin

    def __post_init__(self) -> None:
        for words in (self.name, self.question, self.what, self.condition, *self.unknown):
            if re.search(r"\d", words):
                raise RecordInvalidError(
                    what=f"The option {self.id} says {words!r}.",
                    why="An option's own words hold no number: numbers belong to studies, where their source is.",
                    do="Move the number into a study, harm or rule.",
                )
