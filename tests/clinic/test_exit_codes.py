"""Claim: a run's exit code says whether all, some or none of its films were measured; codes never change."""

import pytest

from spondyl.clinic.exit_codes import ExitCode, code_for


@pytest.mark.parametrize(("measured", "refused", "code"), [(0, 0, 5), (3, 0, 0), (3, 1, 3), (0, 2, 4)])
def test_code_of_a_run(measured: int, refused: int, code: int) -> None:
    assert int(code_for(measured=measured, refused=refused)) == code


def test_every_code_has_a_meaning_of_its_own() -> None:
    assert len({code.meaning for code in ExitCode}) == len(ExitCode)
