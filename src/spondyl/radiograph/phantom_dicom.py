"""Synthetic films as DICOM DX files, with landmark and truth files beside them."""

import json
import uuid
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spondyl.anatomy.landmark_text import landmarks_to_json
from spondyl.anatomy.landmarks import ImageSide, View
from spondyl.anatomy.spine_pose import SpinePose
from spondyl.atomic_file import write_whole
from spondyl.provenance import Provenance
from spondyl.radiograph.phantom_exposure import Appearance
from spondyl.radiograph.phantom_film import FilmSetup, PhantomFilm, phantom_film

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_DX_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1"
_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
_UID_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "spondyl/phantom")
_DATE, _TIME = "20000101", "120000"
_COMMENT = "SYNTHETIC FILM of a parametric spine. No patient. Research software, not a medical device."
# PatientOrientation (direction of a row, of a column) by what lies on the left edge, PS3.3 C.7.6.1.1.1.
_ROW_RUNS = {
    ImageSide.PATIENT_RIGHT: "L",
    ImageSide.PATIENT_LEFT: "R",
    ImageSide.ANTERIOR: "P",
    ImageSide.POSTERIOR: "A",
}
# View codes of DICOM PS3.16 CID 4010.
_VIEW_CODES = {
    View.AP: ("399348003", "antero-posterior"),
    View.PA: ("272479007", "postero-anterior"),
    View.LATERAL: ("399067008", "lateral projection"),
}
_VIEW_POSITIONS = {View.AP: "AP", View.PA: "PA", View.LATERAL: "LL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomPatient:
    """The invented person written into the header. Sex is M, F or O."""

    age_years: int = 45
    sex: str = "O"

    def __post_init__(self) -> None:
        if not 0 <= self.age_years <= 120 or self.sex not in ("M", "F", "O"):
            raise ValueError(
                f"A phantom is 0 to 120 years old and M, F or O; got {self.age_years}, {self.sex!r}."
            )


def write_phantom(
    directory: Path,
    *,
    pose: SpinePose,
    seed: int = 0,
    setup: FilmSetup | None = None,
    appearance: Appearance | None = None,
    patient: PhantomPatient | None = None,
    views: tuple[View, ...] = (View.AP, View.LATERAL),
) -> tuple[Path, ...]:
    """Write one synthetic patient: for each view a DICOM film, its landmarks and its truth; returns all paths.

    The files are ``phantom_<seed>_<view>.dcm``, ``….landmarks.json`` (readable with ``--landmarks``) and
    ``….truth.json``. The same arguments give the same bytes. ``image_left`` of the setup applies to the views it fits.
    """
    directory.mkdir(parents=True, exist_ok=True)
    taken, paths = setup or FilmSetup(), list[Path]()
    for view in views:
        film = phantom_film(pose, view=view, seed=seed, setup=taken.facing(view), appearance=appearance)
        key = f"{film.radiograph.provenance.inputs}{taken}{appearance}{patient}"
        dataset = phantom_dataset(film, seed=seed, study_key=key, patient=patient or PhantomPatient())
        stem = directory / f"phantom_{seed:04d}_{view.value.lower()}"
        paths += [_save(dataset, stem), *_save_text(film, stem)]
    return tuple(paths)


def phantom_dataset(film: PhantomFilm, *, seed: int, study_key: str, patient: PhantomPatient) -> "Dataset":
    """The DX For Presentation object of a synthetic film; films with the same ``study_key`` share their study."""
    from pydicom.dataset import Dataset

    dataset = Dataset()
    _add_identity(dataset, film, seed=seed, study_key=study_key)
    _add_patient(dataset, seed=seed, patient=patient)
    _add_acquisition(dataset, film)
    _add_pixels(dataset, film)
    return dataset


def _uid(*parts: object) -> str:
    """A UID that depends on the parts only (UUID-derived, PS3.5 annex B.2)."""
    return f"2.25.{uuid.uuid5(_UID_NAMESPACE, '|'.join(str(part) for part in parts)).int}"


def _add_identity(dataset: "Dataset", film: PhantomFilm, *, seed: int, study_key: str) -> None:
    view = film.landmarks.view.value
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = _DX_FOR_PRESENTATION
    dataset.SOPInstanceUID = _uid(study_key, view, film.radiograph.sha256)
    dataset.StudyInstanceUID = _uid(study_key)
    dataset.SeriesInstanceUID = _uid(study_key, view)
    dataset.StudyID = str(seed)[:16]
    dataset.SeriesNumber = 1 if film.landmarks.view.is_coronal else 2
    dataset.InstanceNumber = 1
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    for name in ("Study", "Series", "Acquisition", "Content"):
        setattr(dataset, f"{name}Date", _DATE)
        setattr(dataset, f"{name}Time", _TIME)
    dataset.Modality = "DX"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.Manufacturer = "Spondyl"
    dataset.ManufacturerModelName = "Synthetic spine"
    dataset.SoftwareVersions = Provenance(method="spondyl.phantom").version
    dataset.DeviceSerialNumber = "0"
    dataset.StudyDescription = "SYNTHETIC whole spine"
    dataset.SeriesDescription = f"SYNTHETIC {view}"


def _add_patient(dataset: "Dataset", *, seed: int, patient: PhantomPatient) -> None:
    dataset.PatientName = "PHANTOM^SPINE"
    dataset.PatientID = f"PHANTOM-{seed:04d}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = patient.sex
    dataset.PatientAge = f"{patient.age_years:03d}Y"
    dataset.PatientComments = _COMMENT


def _add_acquisition(dataset: "Dataset", film: PhantomFilm) -> None:
    geometry, view = film.geometry, film.landmarks.view
    imager, patient = geometry.detector_pixel_mm, geometry.spacing_mm
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.DerivationDescription = "Computed projection of a parametric spine"
    dataset.ImageComments = _COMMENT
    dataset.ImagerPixelSpacing = [f"{imager:.10g}"] * 2
    dataset.PixelSpacing = [f"{patient:.10g}"] * 2
    dataset.PixelSpacingCalibrationType = "GEOMETRY"
    dataset.PixelSpacingCalibrationDescription = "At the plane of the spine, known by construction"
    if geometry.source_detector_mm is not None and geometry.source_isocentre_mm is not None:
        dataset.DistanceSourceToDetector = f"{geometry.source_detector_mm:.10g}"
        dataset.DistanceSourceToPatient = f"{geometry.source_isocentre_mm:.10g}"
        dataset.EstimatedRadiographicMagnificationFactor = f"{geometry.magnification:.10g}"
    dataset.DetectorType = "DIRECT"
    dataset.DetectorConfiguration = "AREA"
    dataset.DetectorID = "SYNTHETIC"
    dataset.BodyPartExamined = "SPINE"
    dataset.ViewPosition = _VIEW_POSITIONS[view]
    dataset.ViewCodeSequence = [_code(*_VIEW_CODES[view])]
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    dataset.AnatomicRegionSequence = [_code("421060004", "Vertebral column")]
    dataset.PatientOrientation = [_ROW_RUNS[film.landmarks.image_left], "F"]
    dataset.PositionerType = ""
    dataset.ImageLaterality = "U"
    dataset.AcquisitionContextSequence = []


def _code(value: str, meaning: str) -> "Dataset":
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item


def _add_pixels(dataset: "Dataset", film: PhantomFilm) -> None:
    """12 bits stored in 16; the window shows them all, so the reader gives back the film's own display values."""
    stored = np.round(film.radiograph.pixels / (65535 / 4095)).astype("<u2")
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.WindowCenter, dataset.WindowWidth = "2048", "4096"
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.PixelData = stored.tobytes()


def _save(dataset: "Dataset", stem: Path) -> Path:
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(_DX_FOR_PRESENTATION)
    meta.MediaStorageSOPInstanceUID = UID(dataset.SOPInstanceUID)
    meta.TransferSyntaxUID = UID(_EXPLICIT_LITTLE)
    meta.ImplementationClassUID = UID(_uid("implementation"))
    meta.ImplementationVersionName = "SPONDYL"
    dataset.file_meta = meta
    content = BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return write_whole(stem.with_name(stem.name + ".dcm"), content.getvalue())


def _save_text(film: PhantomFilm, stem: Path) -> tuple[Path, Path]:
    """The landmark file and the truth file."""
    truth = {
        "format": "spondyl-phantom-truth",
        "version": 1,
        "view": film.truth.view.value,
        "angles_deg": dict(film.truth.angles_deg),
        "lengths_mm": dict(film.truth.lengths_mm),
    }
    documents = {".landmarks.json": landmarks_to_json(film.landmarks), ".truth.json": truth}
    paths = [stem.with_name(stem.name + suffix) for suffix in documents]
    for path, document in zip(paths, documents.values(), strict=True):
        write_whole(path, (json.dumps(document, indent=1) + "\n").encode())
    return paths[0], paths[1]
