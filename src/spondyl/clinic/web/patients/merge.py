"""Two people change the same patient's details: what only one of them changed holds, the rest is asked."""

import json
from collections.abc import Mapping

Details = Mapping[str, str]
LABELS = {
    "given_name": "Given name",
    "family_name": "Family name",
    "birth_date": "Date of birth",
    "sex": "Sex",
    "phone": "Telephone",
    "email": "E-mail",
    "language": "Language",
}


def shown_text(details: Details) -> str:
    """What the form showed, as it travels with the form."""
    return json.dumps({name: details[name] for name in LABELS}, ensure_ascii=False, sort_keys=True)


def shown_of(text: str) -> dict[str, str] | None:
    """What the form showed; None for a form that does not say."""
    try:
        values = json.loads(text)
    except ValueError:
        return None
    known = isinstance(values, dict) and all(isinstance(values.get(name), str) for name in LABELS)  # pyright: ignore[reportUnknownMemberType]
    return values if known else None  # pyright: ignore[reportUnknownVariableType]


def merged(sent: Details, shown: Details, present: Details) -> tuple[dict[str, str], list[str]]:
    """What to keep of a form that showed ``shown``, and the fields that both changed, each in another way."""
    kept = {name: present[name] if sent[name] == shown[name] else sent[name] for name in LABELS}
    clashes = [
        name
        for name in LABELS
        if sent[name] != shown[name] and present[name] not in (shown[name], sent[name])
    ]
    return kept, clashes


def clash_words(clashes: list[str], present: Details) -> str:
    """What a colleague put into these fields."""
    told = "; ".join(f"{LABELS[name]}: {present[name] or 'empty'}" for name in clashes)
    return (
        f"A colleague changed this while you wrote. Theirs: {told}. Yours stands below; save it to keep it."
    )
