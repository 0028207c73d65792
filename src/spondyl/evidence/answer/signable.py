"""What a person signs: every word and number that a page shows about an option, without where it comes from."""

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from spondyl.evidence.library import Figure, Option, Origin, Prose, Quote


def as_shown(value: Any) -> Any:
    """Dataclasses, figures, quotations and enums as JSON holds them: figures as they are printed, no origins."""
    if isinstance(value, (Figure, Quote, Prose)):
        return value.text
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        inside = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: as_shown(part) for name, part in inside.items() if not isinstance(part, Origin)}
    if isinstance(value, (tuple, list)):
        return [as_shown(part) for part in value]
    return value


def words_of_option(option: Option) -> dict[str, Any]:
    """An option's own words, and its id; what it names of other records stands in the answer as far as it is shown."""
    names = ("id", "name", "clinics_own", "question", "what", "condition", "unknown")
    return {name: as_shown(getattr(option, name)) for name in names}
