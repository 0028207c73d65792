"""The measurements as a DICOM SR: TID 1500 Measurement Report in a Comprehensive SR, as OHIF writes and reads it.

Every measurement is a TID 1501 group with a tracking identifier; a Cobb angle carries its four points as one
POLYLINE and OHIF's own tracking identifier, so that OHIF shows it as a Cobb angle that can be moved.
"""

import hashlib
import io
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spondyl import __version__
from spondyl.anatomy import Landmarks
from spondyl.assessment import Measurement, is_cobb
from spondyl.clinic.report.codes import (
    LEVELS,
    PRIVATE,
    SPINE,
    UNITS,
    Code,
    concept_of,
    private_code,
    shortened,
)
from spondyl.clinic.report.json_lines import DIGITS, film_result_to_json
from spondyl.clinic.report.signature import confirmation_of, names_line
from spondyl.clinic.report.wording import FLAG_TEXT
from spondyl.clinic.result import FilmResult
from spondyl.provenance import Confirmation
from spondyl.radiograph import FilmHeader, Radiograph

if TYPE_CHECKING:
    from pydicom import Dataset

OHIF_COBB = "Cornerstone3DTools@^0.1.0:CobbAngle"
"""The tracking identifier by which OHIF (cornerstone3D adapters) knows a Cobb angle."""

EMPTY_WHEN_MISSING = [
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
]
READ_TAGS = [
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SpecificCharacterSet",
    "Modality",
]


class SourceMismatchError(ValueError):
    """The DICOM file given is not the film that was measured."""


def dicom_sr(
    result: FilmResult,
    source: "Path | Dataset",
    *,
    created_at: datetime | None = None,
    previous: "Dataset | None" = None,
) -> "Dataset":
    """Build the SR document of one measured film.

    ``source`` is the film's DICOM file (or its dataset, pixels not needed). ``created_at`` dates the document; else
    the confirmation does, else the examination, so that no clock is read and the same input gives the same bytes.
    ``previous`` is the document that this one corrects: it is named as predecessor (PS3.3, C.17.2).
    The document is UNVERIFIED and PRELIMINARY until every measurement is confirmed. Points move by half a pixel:
    DICOM counts from the corner of the first pixel, Spondyl from its centre.

    Raises SourceMismatchError when the source is another film, ValueError when nothing was measured.
    """
    from highdicom.sr import ComprehensiveSR

    if result.assessment is None or not result.assessment.measurements:
        raise ValueError(
            f"{result.film} has no measurements, so there is nothing to put into an SR document."
        )
    film = _source_header(result, source)
    confirmation = confirmation_of(result)
    sop_uid = str(film.SOPInstanceUID)
    report = _report(result, film, confirmation)[0]
    document = ComprehensiveSR(
        evidence=[film],
        content=_without_content(report),
        series_instance_uid=_uid(sop_uid, "spondyl-sr-series"),
        series_number=9901,
        sop_instance_uid=_uid(sop_uid, _content_key(result)),
        instance_number=1 if previous is None else int(previous.InstanceNumber) + 1,
        manufacturer="Spondyl",
        manufacturer_model_name="Spondyl",
        software_versions=__version__,
        device_serial_number="none",
        series_description="Spine measurements (Spondyl, research use)",
        specific_character_set="ISO_IR 192",
        is_complete=True,
        is_final=confirmation is not None,
        is_verified=confirmation is not None,
        verifying_observer_name=None if confirmation is None else _person_name(confirmation.person),
        verifying_organization=None if confirmation is None else "not stated",
        previous_versions=None if previous is None else [previous],
    )
    document.ContentSequence = report.ContentSequence
    _date(document, film, confirmation, created_at)
    _describe_private_scheme(document)
    return document


def source_header(film: Radiograph) -> "Dataset":
    """The header that an SR document refers to, from what the decoding process read: the file is not parsed again.

    Raises ValueError when the header lacks a UID that the document must name (see :func:`has_sr`).
    """
    from pydicom import Dataset

    header = film.header
    uids = (film.sop_uid, header.sop_class_uid, header.study_instance_uid, header.series_instance_uid)
    if not all(uids):
        raise ValueError("The film's header lacks a UID, so no SR document can refer to it.")
    found = Dataset()
    found.SpecificCharacterSet = "ISO_IR 192"
    found.SOPInstanceUID, found.SOPClassUID, found.StudyInstanceUID, found.SeriesInstanceUID = uids
    for keyword, value in {"Modality": header.modality, **_who_and_when(header)}.items():
        setattr(found, keyword, value or "")
    return found


def has_sr(result: FilmResult) -> bool:
    """True when the film was measured and its header names all that an SR document must refer to."""
    if result.radiograph is None or result.assessment is None or not result.assessment.measurements:
        return False
    header = result.radiograph.header
    uids = (
        result.radiograph.sop_uid,
        header.sop_class_uid,
        header.study_instance_uid,
        header.series_instance_uid,
    )
    return all(uids)


def dicom_sr_bytes(
    result: FilmResult,
    source: "Path | Dataset",
    *,
    created_at: datetime | None = None,
    previous: bytes | None = None,
) -> bytes:
    """The same document as the bytes of a DICOM file; so is ``previous``."""
    from pydicom import dcmread

    before = None if previous is None else dcmread(io.BytesIO(previous))
    document = dicom_sr(result, source, created_at=created_at, previous=before)
    buffer = io.BytesIO()
    document.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _source_header(result: FilmResult, source: "Path | Dataset") -> "Dataset":
    """The source's own fields; who and when as the film was read, since a bad date or sex would end the document, and
    a pseudonym that was stated replaces the name."""
    from pydicom import Dataset, dcmread

    was_read = None if isinstance(source, Dataset) else result.radiograph
    wanted = READ_TAGS if was_read is not None else [*READ_TAGS, *EMPTY_WHEN_MISSING]
    found = (
        source
        if isinstance(source, Dataset)
        else dcmread(source, force=True, stop_before_pixels=True, specific_tags=[*wanted])
    )
    film = Dataset()
    for keyword in wanted:
        if keyword in found:
            film[keyword] = found[keyword]
        elif keyword in EMPTY_WHEN_MISSING:
            setattr(film, keyword, "")
    expected = None if result.radiograph is None else result.radiograph.sop_uid
    if film.get("SOPInstanceUID") != expected or expected is None:
        raise SourceMismatchError(
            f"The DICOM file has SOP instance {film.get('SOPInstanceUID')}, but {expected} was measured. "
            "Give the file that the film was read from."
        )
    if was_read is not None:
        film.SpecificCharacterSet = "ISO_IR 192"
        for keyword, value in _who_and_when(was_read.header).items():
            setattr(film, keyword, value or "")
    return film


def _who_and_when(header: FilmHeader) -> dict[str, str | None]:
    """What the decoding process read and found usable, by keyword."""
    return {
        "PatientID": header.patient_id,
        "PatientName": header.patient_name,
        "PatientSex": header.sex,
        "PatientBirthDate": header.birth_date and header.birth_date.strftime("%Y%m%d"),
        "StudyDate": header.study_date and header.study_date.strftime("%Y%m%d"),
        "StudyTime": header.study_time,
        "StudyID": header.study_id,
        "AccessionNumber": header.accession_number,
        "ReferringPhysicianName": header.referring_physician,
    }


def _report(result: FilmResult, film: "Dataset", confirmation: Confirmation | None) -> Any:
    from highdicom.sr import LanguageOfContentItemAndDescendants, MeasurementReport
    from pydicom.sr.codedict import codes

    assert result.assessment is not None  # checked by dicom_sr
    english = _concept_of(value="en", scheme="RFC5646", meaning="English")
    return MeasurementReport(
        observation_context=_observers(result, confirmation),
        procedure_reported=_concept_of(
            value="spine_radiograph", scheme=PRIVATE, meaning="Radiograph of the spine"
        ),
        imaging_measurements=[
            _group(m, result.landmarks, film, red_lines=result.assessment.red_lines)
            for m in result.assessment.measurements
        ],
        title=codes.DCM.ImagingMeasurementReport,
        language_of_content_item_and_descendants=LanguageOfContentItemAndDescendants(language=english),
    )


def _without_content(report: "Dataset") -> "Dataset":
    """The root alone: highdicom copies what it is given and walks it four times, half of a document's time."""
    from pydicom import Dataset

    root = Dataset()
    root.update({one.tag: one for one in report if one.keyword != "ContentSequence"})
    root.ContentSequence = []
    return root


def _observers(result: FilmResult, confirmation: Confirmation | None) -> Any:
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
        PersonObserverIdentifyingAttributes,
    )
    from pydicom.sr.codedict import codes

    device = DeviceObserverIdentifyingAttributes(
        uid=_uid("spondyl", __version__, _method(result)),
        name="Spondyl",
        manufacturer_name="Spondyl",
        model_name=shortened(_method(result)),
        serial_number=__version__,
    )
    person = None
    if confirmation is not None:
        attributes = PersonObserverIdentifyingAttributes(name=_person_name(confirmation.person))
        person = ObserverContext(observer_type=codes.DCM.Person, observer_identifying_attributes=attributes)
    return ObservationContext(
        observer_person_context=person,
        observer_device_context=ObserverContext(
            observer_type=codes.DCM.Device, observer_identifying_attributes=device
        ),
    )


def _group(
    measurement: Measurement, landmarks: Landmarks | None, film: "Dataset", *, red_lines: tuple[str, ...]
) -> Any:
    """TID 1501: one measurement, what it is, where it was taken, by which algorithm, with its points."""
    from highdicom.sr import (
        AlgorithmIdentification,
        FindingSite,
        MeasurementsAndQualitativeEvaluations,
        TrackingIdentifier,
    )

    sop_uid = str(film.SOPInstanceUID)
    name = OHIF_COBB if is_cobb(measurement.kind) else f"Spondyl:{measurement.kind}"
    made = measurement.provenance
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=_uid(sop_uid, "track", measurement.kind), identifier=name),
        finding_type=_concept(private_code(measurement.kind, measurement.label)),
        algorithm_id=AlgorithmIdentification(
            name=shortened(made.method) or "Spondyl",
            version=made.version,
            parameters=["interval: central 90 %", *_names(landmarks), *_doubts(measurement, red_lines)],
        ),
        finding_sites=[
            FindingSite(anatomic_location=_concept(code))
            for code in (SPINE, *(LEVELS[level] for level in _ends(measurement)))
        ],
        measurements=[_number(measurement, landmarks, film), *_distances(measurement)],
    )


def _names(landmarks: Landmarks | None) -> list[str]:
    """Who confirmed the level names: among the parameters, since OHIF opens no report with other items in a group."""
    confirmed = None if landmarks is None or landmarks.names is None else landmarks.names.confirmed
    return [] if confirmed is None else [f"{names_line(confirmed)}."]


def _doubts(measurement: Measurement, red_lines: tuple[str, ...]) -> list[str]:
    """What to check before this value is used, the film's red lines and the value's own flags, as in FHIR: among the
    parameters for the same reason, and with every value, since a reader may show one alone."""
    first = [f"Check first: {line}" for line in red_lines]
    return [*first, *(f"Check: {FLAG_TEXT[flag]}." for flag in measurement.flags)]


def _ends(measurement: Measurement) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*measurement.levels[:1], *measurement.levels[-1:])))


def _number(measurement: Measurement, landmarks: Landmarks | None, film: "Dataset") -> Any:
    """TID 300: the value in UCUM units and one item of points. OHIF (3.12) opens no report in which a number has no
    points, several items of them, or another child beside them."""
    from highdicom.sr import CoordinatesForMeasurement, SourceImageForRegion
    from highdicom.sr import Measurement as SrMeasurement

    graphic, points = drawn_px(measurement, landmarks)
    where = CoordinatesForMeasurement(
        graphic_type=graphic,
        graphic_data=points + 0.5,
        source_image=SourceImageForRegion(str(film.SOPClassUID), str(film.SOPInstanceUID)),
    )
    return SrMeasurement(
        name=_concept(concept_of(measurement.kind, measurement.label)),
        value=round(measurement.value, DIGITS[measurement.unit]) + 0.0,
        unit=_concept(UNITS[measurement.unit]),
        referenced_coordinates=[where],
    )


def _distances(measurement: Measurement) -> tuple[Any, Any]:
    """From the value down and up to the ends of the 90 % interval, as numbers of their own in the group."""
    from highdicom.sr import Measurement as SrMeasurement
    from pydicom.sr.codedict import codes

    low, high = measurement.interval_90
    down, up = (
        SrMeasurement(
            name=name,
            value=round(distance, DIGITS[measurement.unit]),
            unit=_concept(UNITS[measurement.unit]),
        )
        for name, distance in (
            (codes.SCT.RangeOfLowerMeasurementUncertainty, measurement.value - low),
            (codes.SCT.RangeOfUpperMeasurementUncertainty, high - measurement.value),
        )
    )
    return down, up


def drawn_px(measurement: Measurement, landmarks: Landmarks | None) -> tuple[Any, Any]:
    """Graphic type and points (k, 2), film pixels: its lines end to end, so four points for a Cobb angle; what is not
    drawn is marked at the centres of the vertebrae that it was taken from, or of all of them."""
    from highdicom.sr import GraphicTypeValues

    if measurement.points_px:
        lines = [np.asarray(line, dtype=np.float64) for line in measurement.points_px]
        return GraphicTypeValues.POLYLINE, np.concatenate(lines)
    assert landmarks is not None  # no measurement without landmarks
    corners = [landmarks.corners_of(level) for level in measurement.levels or landmarks.levels]
    centres = [c.mean(0) for c in corners if c is not None and np.isfinite(c).all()]
    return GraphicTypeValues.MULTIPOINT, np.array(centres)


def _concept(code: Code) -> Any:
    return _concept_of(value=code.value, scheme=code.scheme, meaning=code.meaning)


def _concept_of(*, value: str, scheme: str, meaning: str) -> Any:
    from highdicom.sr import CodedConcept

    return CodedConcept(value=value, scheme_designator=scheme, meaning=meaning)


def _method(result: FilmResult) -> str:
    return result.landmarks.provenance.method if result.landmarks is not None else "Spondyl"


def _person_name(person: str) -> str:
    """The name as one DICOM component: which part is the family name is not guessed."""
    return person.replace("\\", " ").replace("=", " ").replace("^", " ").strip()[:60] + "^"


def _uid(*parts: str) -> str:
    from pydicom.uid import generate_uid

    return str(generate_uid(entropy_srcs=["spondyl", *parts]))


def _content_key(result: FilmResult) -> str:
    content = film_result_to_json(result)
    content.pop("film")
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _date(
    document: "Dataset", film: "Dataset", confirmation: Confirmation | None, created_at: datetime | None
) -> None:
    """Replace the clock's readings by dates that follow from the input."""
    moment = created_at or (confirmation.at if confirmation is not None else None)
    date = moment.strftime("%Y%m%d") if moment else str(film.StudyDate or "19000101")
    time = moment.strftime("%H%M%S") if moment else str(film.StudyTime or "000000")
    document.ContentDate = document.InstanceCreationDate = date
    document.ContentTime = document.InstanceCreationTime = time
    for equipment in document.get("ContributingEquipmentSequence", []):
        equipment.ContributionDateTime = date + time[:6]
    if confirmation is not None:
        verified = confirmation.at.strftime("%Y%m%d%H%M%S%z")
        document.VerifyingObserverSequence[0].VerificationDateTime = verified


def _describe_private_scheme(document: "Dataset") -> None:
    from pydicom import Dataset

    scheme = Dataset()
    scheme.CodingSchemeDesignator = PRIVATE
    scheme.CodingSchemeName = "Spondyl measurement kinds"
    scheme.CodingSchemeResponsibleOrganization = "Spondyl"
    document.CodingSchemeIdentificationSequence = [scheme]
