"""Claim: the doctor names what is missing and says what to do, and never calls a broken installation sound."""

import sys
from pathlib import Path

import pytest

from spondyl.clinic import doctor


def check_named(name: str, checks: tuple[doctor.Check, ...]) -> doctor.Check:
    return next(check for check in checks if check.name == name)


def test_a_folder_without_weights_is_a_problem_with_advice(tmp_path: Path) -> None:
    check = check_named("Detector weights", doctor.examine(weights_dir=tmp_path))
    assert not check.ok
    assert str(tmp_path) in check.found
    assert check.advice


def test_damaged_weights_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    assert not check_named("Detector weights", doctor.examine(weights_dir=tmp_path)).ok


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        check = check_named("Writable", doctor.examine(out=out))
        assert not check.ok
        assert "--out" in check.advice


def test_a_folder_that_measuring_would_make_is_no_problem(tmp_path: Path) -> None:
    assert check_named("Writable", doctor.examine(out=tmp_path / "missing" / "results")).ok


@pytest.mark.parametrize(
    ("package", "module", "name"),
    [
        ("onnxruntime", "onnxruntime", "Packages"),
        ("reportlab", "reportlab", "Packages"),
        ("python-gdcm", "gdcm", "Decoder for JPEG lossless"),
    ],
)
def test_a_package_that_is_there_but_does_not_load_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, package: str, module: str, name: str
) -> None:
    """As after a system update that took a shared library away: the package's metadata stay."""
    monkeypatch.setitem(sys.modules, module, None)
    check = check_named(name, doctor.examine())
    assert not check.ok
    assert "CANNOT BE LOADED" in check.found
    assert check.advice.endswith(f" {package}")


def test_this_installation_has_every_decoder() -> None:
    checks = doctor.examine()
    assert [check.found for check in checks if not check.ok and "Decoder" in check.name] == []
    assert check_named("Packages", checks).ok
