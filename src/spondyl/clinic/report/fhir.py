"""The measurements as a FHIR R4B bundle: one Observation each, the algorithm as Device, grouped by a DiagnosticReport.

Built as plain values, checked by fhir.resources for structure and by :mod:`fhir_check` for every code, since
fhir.resources accepts codes that no value set holds.
"""

import json
import uuid
from typing import Any

from spondyl import __version__
from spondyl.assessment import Measurement
from spondyl.clinic.report.codes import (
    CODE_SETS,
    IMAGING_STUDY,
    INTERVAL_90,
    LEVELS,
    SPINE,
    SYSTEM_URI,
    UNITS,
    Code,
    checked,
    concept_of,
    private_code,
    radelement_of,
)
from spondyl.clinic.report.fhir_check import check_codes
from spondyl.clinic.report.json_lines import DIGITS, film_result_to_json
from spondyl.clinic.report.report_content import DISCLAIMER
from spondyl.clinic.report.signature import confirmation_of, names_confirmed_in, names_line
from spondyl.clinic.report.wording import levels_text
from spondyl.clinic.result import FilmResult
from spondyl.radiograph import FilmHeader

GENDER = {"M": "male", "F": "female", "O": "other"}
SPACE = uuid.UUID("6f2d0d7e-5a0e-5d1c-9b43-2f5b8a1c7e10")
"""Namespace of the identifiers, which follow from the content: the same film gives the same bundle."""

Resource = dict[str, Any]


def fhir_bundle(result: FilmResult, *, is_correction: bool = False) -> Resource:
    """The bundle (type collection) of one measured film as plain JSON values.

    Observations and report are ``preliminary`` until every measurement is confirmed, then ``final``, or ``corrected``
    when a signed report of the film came before (``is_correction``). A measurement's
    90 % interval is a component with a Range. Raises ValueError for a refused film and UnknownCodeError when a code
    would leave that its value set does not hold.
    """
    from fhir.resources.R4B.bundle import Bundle

    if result.assessment is None:
        raise ValueError(f"{result.film} was refused, so it has no observations. Its JSON says why.")
    build = _Build(result, is_correction=is_correction)
    study = build.imaging_study()
    entries = [build.patient(), build.device(), *study, *build.practitioner()]
    entries += [build.observation(m, has_study=bool(study)) for m in result.assessment.measurements]
    entries.append(build.report(has_study=bool(study)))
    bundle = {
        "resourceType": "Bundle",
        "type": checked("bundle-type", "collection"),
        "entry": [{"fullUrl": f"urn:uuid:{entry['id']}", "resource": entry} for entry in entries],
    }
    Bundle.model_validate(bundle)
    check_codes(bundle)
    return bundle


def fhir_bundle_json(result: FilmResult, *, is_correction: bool = False) -> str:
    """The same bundle as indented JSON text."""
    return (
        json.dumps(
            fhir_bundle(result, is_correction=is_correction), ensure_ascii=False, allow_nan=False, indent=1
        )
        + "\n"
    )


class _Build:
    """Makes the resources of one film's bundle, which refer to each other by identifiers made from its content."""

    def __init__(self, result: FilmResult, *, is_correction: bool) -> None:
        content = film_result_to_json(result)
        content.pop("film")
        self.result = result
        self.space = uuid.uuid5(SPACE, json.dumps(content, sort_keys=True))
        self.confirmation = confirmation_of(result)
        signed = "corrected" if is_correction else "final"
        self.status = signed if self.confirmation else "preliminary"

    def patient(self) -> Resource:
        """The chart's patient, else whom the header names. Nothing of a header that names somebody else."""
        patient: Resource = {"resourceType": "Patient", "id": self._id("patient")}
        film, chart = self.result.radiograph, self.result.chart
        if film is not None and (chart is None or chart.doubt is None):
            patient |= _header_patient(film.header)
        if chart is not None:
            patient["name"] = [{"text": chart.name}]
            if chart.birth_date is not None:
                patient["birthDate"] = chart.birth_date.isoformat()
        return patient

    def device(self) -> Resource:
        marks = self.result.landmarks
        method = marks.provenance.method if marks is not None else "Spondyl"
        return {
            "resourceType": "Device",
            "id": self._id("device"),
            "status": checked("device-status", "active"),
            "deviceName": [
                {"name": "Spondyl", "type": checked("device-nametype", "user-friendly-name")},
                {"name": method, "type": checked("device-nametype", "model-name")},
            ],
            "version": [{"value": __version__}],
            "note": [{"text": DISCLAIMER}],
        }

    def practitioner(self) -> list[Resource]:
        if self.confirmation is None:
            return []
        name = [{"text": self.confirmation.person}]
        return [{"resourceType": "Practitioner", "id": self._id("practitioner"), "name": name}]

    def imaging_study(self) -> list[Resource]:
        film = self.result.radiograph
        if film is None or not film.header.study_instance_uid:
            return []
        study: Resource = {
            "resourceType": "ImagingStudy",
            "id": self._id("imaging-study"),
            "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{film.header.study_instance_uid}"}],
            "status": checked("imagingstudy-status", "available"),
            "subject": self._reference("patient"),
        }
        if film.header.study_date:
            study["started"] = film.header.study_date.isoformat()
        series = self._series()
        return [{**study, **({"series": [series]} if series else {})}]

    def _series(self) -> Resource | None:
        film = self.result.radiograph
        if film is None or not film.header.series_instance_uid or not film.header.modality:
            return None
        if film.header.modality not in CODE_SETS["acquisition-modality"]:
            return None  # a series without a checked modality is left out: the modality is mandatory there
        header = film.header
        modality = checked("acquisition-modality", film.header.modality)
        series: Resource = {
            "uid": header.series_instance_uid,
            "modality": {"system": SYSTEM_URI["DCM"], "code": modality},
        }
        if film.sop_uid and header.sop_class_uid:
            sop_class = {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{header.sop_class_uid}"}
            series["instance"] = [{"uid": film.sop_uid, "sopClass": sop_class}]
        return series

    def observation(self, measurement: Measurement, *, has_study: bool) -> Resource:
        digits, unit = DIGITS[measurement.unit], UNITS[measurement.unit]
        low, high = (_quantity(round(bound, digits), unit) for bound in measurement.interval_90)
        observation: Resource = {
            "resourceType": "Observation",
            "id": self._id(f"observation-{measurement.kind}"),
            "status": checked("observation-status", self.status),
            "category": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": checked("observation-category", "imaging"),
                        }
                    ]
                }
            ],
            "code": _measurement_concept(measurement),
            "subject": self._reference("patient"),
            **self._when(),
            "valueQuantity": _quantity(round(measurement.value, digits), unit),
            "bodySite": _site(measurement),
            "method": {"text": f"{measurement.definition} Source: {measurement.source}"},
            "device": self._reference("device"),
            "component": [
                {
                    "code": {"coding": [_coding(INTERVAL_90)], "text": INTERVAL_90.meaning},
                    "valueRange": {"low": low, "high": high},
                }
            ],
        }
        if has_study:
            observation["derivedFrom"] = [self._reference("imaging-study")]
        if measurement.flags:
            observation["note"] = [
                {"text": f"Check: {flag.value.replace('_', ' ')}"} for flag in measurement.flags
            ]
        return observation

    def report(self, *, has_study: bool) -> Resource:
        assessment = self.result.assessment
        assert assessment is not None  # fhir_bundle has raised otherwise
        section = {
            "system": "http://terminology.hl7.org/CodeSystem/v2-0074",
            "code": checked("diagnostic-service-section", "RAD"),
        }
        named = names_confirmed_in(self.result)
        lines = [
            *([f"{names_line(named)}."] if named is not None else []),
            *(f"Check first: {line}" for line in assessment.red_lines),
            *(f.sentence for f in assessment.findings),
        ]
        report: Resource = {
            "resourceType": "DiagnosticReport",
            "id": self._id("report"),
            "status": checked("diagnostic-report-status", self.status),
            "category": [{"coding": [section]}],
            "code": {"coding": [_coding(IMAGING_STUDY)], "text": "Spine film measurements"},
            "subject": self._reference("patient"),
            **self._when(),
            "result": [self._reference(f"observation-{m.kind}") for m in assessment.measurements],
            "conclusion": "\n".join([*lines, DISCLAIMER]),
        }
        if has_study:
            report["imagingStudy"] = [self._reference("imaging-study")]
        if self.confirmation is not None:
            report["resultsInterpreter"] = [self._reference("practitioner")]
            if self.confirmation.at.tzinfo is not None:
                report["issued"] = self.confirmation.at.isoformat(timespec="seconds")
        return report

    def _when(self) -> Resource:
        film = self.result.radiograph
        date = film.header.study_date if film is not None else None
        return {} if date is None else {"effectiveDateTime": date.isoformat()}

    def _id(self, name: str) -> str:
        return str(uuid.uuid5(self.space, name))

    def _reference(self, name: str) -> Resource:
        return {"reference": f"urn:uuid:{self._id(name)}"}


def _header_patient(header: FilmHeader) -> Resource:
    """Number, name, sex and, of somebody with a number or a name, the day of birth (no birth follows its own film)."""
    patient: Resource = {}
    if header.patient_id:
        patient["identifier"] = [{"value": header.patient_id}]
    if header.written_name:
        patient["name"] = [{"text": header.written_name}]
    if header.sex:
        patient["gender"] = checked("administrative-gender", GENDER.get(header.sex, "unknown"))
    born, filmed = header.birth_date, header.study_date
    if born and {"identifier", "name"} & patient.keys() and not (filmed and filmed < born):
        patient["birthDate"] = born.isoformat()
    return patient


def _coding(code: Code) -> Resource:
    return {"system": SYSTEM_URI[code.scheme], "code": code.value, "display": code.meaning}


def _quantity(value: float, unit: Code) -> Resource:
    return {"value": value + 0.0, "unit": unit.meaning, "system": SYSTEM_URI["UCUM"], "code": unit.value}


def _measurement_concept(measurement: Measurement) -> Resource:
    codes = [concept_of(measurement.kind, measurement.label), radelement_of(measurement.kind)]
    own = private_code(measurement.kind, measurement.label)
    unique = dict.fromkeys((*(code for code in codes if code is not None), own))
    return {"coding": [_coding(code) for code in unique], "text": measurement.label}


def _site(measurement: Measurement) -> Resource:
    ends = dict.fromkeys((*measurement.levels[:1], *measurement.levels[-1:]))
    codes = [LEVELS[level] for level in ends] if len(ends) == 1 else [SPINE]
    return {"coding": [_coding(code) for code in codes], "text": f"Spine, {levels_text(measurement)}"}
