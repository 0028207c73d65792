"""Check the installation: each check says what was found and, when something is wrong, what to do."""

import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module, metadata, resources
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from spondyl import __version__

NEEDED = (
    "numpy",
    "scipy",
    "pillow",
    "pydicom",
    "highdicom",
    "onnxruntime",
    "pyarrow",
    "reportlab",
    "fhir.resources",
)
MODULES = {
    "pillow": "PIL",
    "pylibjpeg-openjpeg": "openjpeg",
    "pyjpegls": "jpeg_ls",
    "python-gdcm": "gdcm",
}
"""The module that a package brings, where it is not named after the package."""
DECODERS = {
    "JPEG 2000": "pylibjpeg-openjpeg",
    "JPEG-LS": "pyjpegls",
    "JPEG lossless": "python-gdcm",
    "JPEG, PNG, TIFF": "pillow",
}
MEMORY_NEEDED_GIB = 2.0
DISK_NEEDED_GIB = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at. ``ok`` False stops films from being measured; ``advice`` says what to do about it."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(*, weights_dir: Path | None = None, out: Path | None = None) -> tuple[Check, ...]:
    """Run every check. ``out`` is a folder where results will be written (default: the current folder)."""
    return (
        _python(),
        _packages(),
        *(_decoder(syntax, package) for syntax, package in DECODERS.items()),
        _model(weights_dir),
        _memory(),
        Check(name="Cores", ok=True, found=f"{len(os.sched_getaffinity(0))} for measuring"),
        _writable(out or Path.cwd()),
        _dask(),
    )


def _python() -> Check:
    found = f"spondyl {__version__} on Python {sys.version.split()[0]}"
    return Check(
        name="Version", ok=sys.version_info >= (3, 11), found=found, advice="Use Python 3.11 or newer."
    )


def _version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except PackageNotFoundError:
        return None


def _state_of(package: str) -> tuple[bool, str]:
    """Whether a package can be used, and its version or what is wrong: one that is there may still not load."""
    version = _version_of(package)
    if version is None:
        return False, f"{package} MISSING"
    try:
        import_module(MODULES.get(package, package))
    except Exception as error:  # whatever keeps it from loading is what this check reports
        return False, f"{package} {version} CANNOT BE LOADED ({error})"
    return True, f"{package} {version}"


def _packages() -> Check:
    states = {name: _state_of(name) for name in NEEDED}
    wrong = [name for name, (ok, _) in states.items() if not ok]
    found = ", ".join(state for _, state in states.values())
    return Check(name="Packages", ok=not wrong, found=found, advice=_install(*wrong))


def _decoder(syntax: str, package: str) -> Check:
    ok, found = _state_of(package)
    return Check(name=f"Decoder for {syntax}", ok=ok, found=found, advice=_install(package))


def _install(*packages: str) -> str:
    return f"pip install --force-reinstall {' '.join(packages)}"


def _model(weights_dir: Path | None) -> Check:
    folder = weights_dir or Path(str(resources.files("spondyl"))) / "radiograph" / "weights"
    models = sorted(folder.glob("*.onnx"))
    if not models:
        return Check(
            name="Detector weights",
            ok=False,
            found=f"no .onnx file in {folder}",
            advice="Install the released wheel, or train them: docs/how-to/train.md. Landmark files work without.",
        )
    return _loaded(models, weights_dir)


def _loaded(models: list[Path], weights_dir: Path | None) -> Check:
    digests = ", ".join(f"{path.name} sha256 {_digest(path)[:16]}" for path in models)
    try:
        from spondyl.radiograph.detector import Detector

        model_id = Detector.load(weights_dir, threads=1).model_id
    except ImportError as error:
        advice = "A package that runs the weights does not load: mend what Packages says, then look again."
        return Check(name="Detector weights", ok=False, found=f"{digests}: {error}", advice=advice)
    except Exception as error:  # whatever is wrong with the model is what this check reports
        advice = "The weights are damaged or belong to another version: install spondyl again."
        return Check(name="Detector weights", ok=False, found=f"{digests}: {error}", advice=advice)
    return Check(name="Detector weights", ok=True, found=f"{model_id} ({digests})")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _memory() -> Check:
    free_gib = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return Check(
        name="Memory",
        ok=free_gib >= MEMORY_NEEDED_GIB,
        found=f"{free_gib:.1f} GiB free",
        advice=f"Measuring needs about {MEMORY_NEEDED_GIB:g} GiB; close programs or use fewer --jobs.",
    )


def _writable(folder: Path) -> Check:
    """The folder, or what exists above it: measuring makes the folders of its results."""
    name = "Writable"
    advice = "Choose with --out a folder that you may write to, on a disk with room."
    # os.path.exists, unlike Path.exists, says no where it may not look.
    folder = next(part for part in (folder, *folder.absolute().parents) if os.path.exists(part))  # noqa: PTH110
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"spondyl")
    except OSError as error:
        return Check(name=name, ok=False, found=f"{folder}: {error.strerror}", advice=advice)
    free_gib = shutil.disk_usage(folder).free / 2**30
    enough = free_gib >= DISK_NEEDED_GIB
    return Check(name=name, ok=enough, found=f"{folder}, {free_gib:.0f} GiB free", advice=advice)


def _dask() -> Check:
    version = _version_of("distributed")
    found = (
        f"distributed {version}"
        if version
        else "not installed (only --cluster needs it: pip install dask distributed)"
    )
    return Check(name="Cluster", ok=True, found=found)
