"""Why a classification cannot be made."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

Missing: TypeAlias = Mapping[str, str]
"""Why a kind could not be measured on this film; kinds that the view does not give are not in it."""
NOTHING_MISSING: Missing = MappingProxyType({})
FOR_ADULTS = "this classification was made for adults"


def not_measured(name: str, kind: str, missing: Missing, needs: str) -> str:
    """``SVA is not measured: no pixel spacing …``, or what it needs where the film itself says nothing."""
    return (
        f"{name} is not measured: {missing[kind]}" if kind in missing else f"{name} is not measured ({needs})"
    )
