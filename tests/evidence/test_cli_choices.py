"""Claim: the command line offers exactly what the engine has."""

from enum import Enum

import pytest

from spondyl.clinic.cli import evidence_pool_command as command
from spondyl.evidence import Inference, Measure, Model, Tau2Method


@pytest.mark.parametrize(
    ("offered", "engine"),
    [
        (command.MeasureChoice, Measure),
        (command.ModelChoice, Model),
        (command.Tau2Choice, Tau2Method),
        (command.InferenceChoice, Inference),
    ],
)
def test_offered_is_what_there_is(offered: type[Enum], engine: type[Enum]) -> None:
    assert [choice.value for choice in offered] == [choice.value for choice in engine]
