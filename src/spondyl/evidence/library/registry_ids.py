"""Numbers of trial registries: how they look, how they are written, and how to find them in a text."""

import re

_PATTERNS = (
    r"NCT\d{8}",
    r"ISRCTN\d{8}",
    r"ACTRN\d{14}",
    r"ChiCTR[-A-Za-z]*\d{8,10}",
    r"CTRI/\d{4}/\d{2,3}/\d{6}",
    r"DRKS\d{8}",
    r"IRCT\d{8,14}N\d{1,3}",
    r"jRCT[s]?\d{9,10}",
    r"UMIN\d{9}",
    r"JapicCTI-\d{6}",
    r"KCT\d{7}",
    r"NTR\d{3,5}",
    r"RBR-[a-z0-9]{5,8}",
    r"TCTR\d{11}",
    r"PACTR\d{15,16}",
    r"SLCTR/\d{4}/\d{3}",
    r"EUCTR\d{4}-\d{6}-\d{2}(?:-[A-Z]{2})?",
    r"\d{4}-\d{6}-\d{2}(?:-\d{2})?",
)
"""The primary registries of the WHO network, EudraCT and EU CTIS. Source: the registries' own numbering."""

_ANY = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_PATTERNS)})(?![A-Za-z0-9])", re.IGNORECASE)


def normal_registry_id(text: str) -> str | None:
    """The number as it is compared (upper case, EudraCT without prefix and country), or None if it is none.

    >>> normal_registry_id(" nct03737461 "), normal_registry_id("EUCTR2014-005569-36-FR"), normal_registry_id("LB-07")
    ('NCT03737461', '2014-005569-36', None)
    """
    cleaned = text.strip()
    if not _ANY.fullmatch(cleaned):
        return None
    upper = cleaned.upper()
    if upper.startswith("EUCTR"):
        return upper.removeprefix("EUCTR")[:14]
    return upper


def registry_ids_in(text: str) -> tuple[str, ...]:
    """Every registry number in a text, normal, each once, in order.

    >>> registry_ids_in("RESPINE (NCT03737461, nct03737461; ISRCTN12345678)")
    ('NCT03737461', 'ISRCTN12345678')
    """
    found = (normal_registry_id(match.group()) for match in _ANY.finditer(text))
    return tuple(dict.fromkeys(number for number in found if number))
