"""Claim: the bundle is valid FHIR R4B with the film's numbers, and no wrong code can leave.

Source: fhir.resources for structure; HL7's R4B value sets (listed in codes.py) and DICOM PS3.16 as pydicom ships it.
"""

import copy
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from pydicom.sr.codedict import codes as ps3_16

from spondyl.anatomy import Level
from spondyl.clinic.report.codes import COBB, LEVELS, SPINE, VERTEBRA, Code, UnknownCodeError, checked
from spondyl.clinic.report.fhir import fhir_bundle, fhir_bundle_json
from spondyl.clinic.report.fhir_check import check_codes
from spondyl.clinic.report.signature import signed
from spondyl.clinic.result import FilmResult
from spondyl.clinic.settings import StatedFacts
from spondyl.clinic.stated import with_stated_facts
from spondyl.provenance import Confirmation
from spondyl.radiograph import FilmHeader


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def test_the_bundle_is_valid_and_the_same_each_time(measured: FilmResult) -> None:
    text = fhir_bundle_json(measured)
    assert text == fhir_bundle_json(measured)
    assert Bundle.model_validate_json(text).type == "collection"


def test_each_measurement_is_an_observation_with_its_interval(measured: FilmResult) -> None:
    bundle = fhir_bundle(measured)
    observations = {o["code"]["text"]: o for o in resources(bundle, "Observation")}
    cobb = observations["Cobb angle, largest curve"]
    assert cobb["valueQuantity"]["value"] == 45.0 and cobb["valueQuantity"]["code"] == "deg"
    interval = cobb["component"][0]["valueRange"]
    assert (interval["low"]["value"], interval["high"]["value"]) == (42.5, 47.5)
    assert [c["code"] for c in cobb["code"]["coding"]] == ["285285000", "CDE_000264", "cobb_major"]
    assert observations["Coronal balance"]["valueQuantity"]["value"] == -12.34
    assert [c["code"] for c in observations["AASCE angle 1"]["code"]["coding"]] == ["cobb_aasce_1"]
    assert len(observations) == 5


def test_every_reference_leads_to_a_resource_of_the_bundle(measured: FilmResult) -> None:
    bundle = fhir_bundle(measured)
    known = {entry["fullUrl"] for entry in bundle["entry"]}
    text = json.dumps(bundle)
    wanted = {part.split('"')[0] for part in text.split('"reference": "')[1:]}
    assert wanted and wanted <= known
    (report,) = resources(bundle, "DiagnosticReport")
    assert len(report["result"]) == 5
    (study,) = resources(bundle, "ImagingStudy")
    assert study["identifier"][0]["value"] == "urn:oid:1.2.826.0.1.3680043.8.498.1.3"


def test_preliminary_until_signed(measured: FilmResult, confirmation: Confirmation) -> None:
    for result, status in ((measured, "preliminary"), (signed(measured, confirmation), "final")):
        bundle = fhir_bundle(result)
        found = resources(bundle, "Observation") + resources(bundle, "DiagnosticReport")
        assert {resource["status"] for resource in found} == {status}
    (person,) = resources(fhir_bundle(signed(measured, confirmation)), "Practitioner")
    assert person["name"][0]["text"] == "Dr. Zoë Müller"


def test_a_film_without_header_still_gives_a_bundle(measured: FilmResult) -> None:
    assert measured.radiograph is not None
    bare = type(measured.radiograph.header)()
    bundle = fhir_bundle(
        replace(measured, radiograph=replace(measured.radiograph, header=bare, sop_uid=None))
    )
    assert resources(bundle, "ImagingStudy") == [] and len(resources(bundle, "Observation")) == 5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("^", None),
        (" ^ ", None),
        ("Müller^Zoë", "Müller Zoë"),
        ("=山田^太郎", "山田 太郎"),
        ("Yamada^Tarou=山田^太郎", "Yamada Tarou"),
    ],
)
def test_a_name_without_a_letter_is_no_name(measured: FilmResult, name: str, text: str | None) -> None:
    """DICOM writes an unknown name as carets; the bundle was refused for it, and the film with it."""
    assert measured.radiograph is not None
    header = replace(measured.radiograph.header, patient_name=name)
    (patient,) = resources(
        fhir_bundle(replace(measured, radiograph=replace(measured.radiograph, header=header))), "Patient"
    )
    assert [one["text"] for one in patient.get("name", [])] == ([text] if text else [])


@pytest.mark.parametrize(
    ("header", "birth"),
    [
        (FilmHeader(patient_id="A-7", birth_date=date(1980, 4, 12)), "1980-04-12"),
        (FilmHeader(patient_name="Vega^Rosa", birth_date=date(1980, 4, 12)), "1980-04-12"),
        (FilmHeader(patient_id="A-7"), None),
        (FilmHeader(sex="F", birth_date=date(1980, 4, 12)), None),
        (FilmHeader(patient_id="A-7", birth_date=date(2026, 2, 2), study_date=date(2026, 2, 1)), None),
    ],
)
def test_the_header_s_day_of_birth_goes_with_its_number_or_name(
    measured: FilmResult, header: FilmHeader, birth: str | None
) -> None:
    """R4B Patient.birthDate is a date; alone it would be an identity that nobody asked for."""
    assert measured.radiograph is not None
    bundle = fhir_bundle(replace(measured, radiograph=replace(measured.radiograph, header=header)))
    (patient,) = resources(bundle, "Patient")
    assert patient.get("birthDate") == birth
    Bundle.model_validate(bundle)


def test_a_stated_identifier_takes_the_header_s_day_of_birth_away(measured: FilmResult) -> None:
    assert measured.radiograph is not None
    header = FilmHeader(patient_id="A-7", patient_name="Vega^Rosa", birth_date=date(1980, 4, 12))
    film = with_stated_facts(replace(measured.radiograph, header=header), StatedFacts(patient_id="P1"))
    (patient,) = resources(fhir_bundle(replace(measured, radiograph=film)), "Patient")
    assert patient["identifier"] == [{"value": "P1"}] and not {"name", "birthDate"} & patient.keys()


def test_a_refused_film_has_no_bundle(refused: FilmResult) -> None:
    with pytest.raises(ValueError, match="refused"):
        fhir_bundle(refused)


WRONG = {
    "bundle type": (("type",), "colection"),
    "patient gender": (("entry", "Patient", "gender"), "F"),
    "observation status": (("entry", "Observation", "status"), "done"),
    "observation category": (("entry", "Observation", "category", 0, "coding", 0, "code"), "image"),
    "observation code": (("entry", "Observation", "code", "coding", 0, "code"), "285285001"),
    "unit": (("entry", "Observation", "valueQuantity", "code"), "degree"),
    "unit system": (("entry", "Observation", "valueQuantity", "system"), "http://unitsofmeasure.com"),
    "interval unit": (("entry", "Observation", "component", 0, "valueRange", "low", "code"), "°"),
    "body site": (("entry", "Observation", "bodySite", "coding", 0, "code"), "421060005"),
    "report status": (("entry", "DiagnosticReport", "status"), "bookd"),
    "report code": (("entry", "DiagnosticReport", "code", "coding", 0, "code"), "18748-5"),
    "report section": (("entry", "DiagnosticReport", "category", 0, "coding", 0, "code"), "XRAY"),
    "study status": (("entry", "ImagingStudy", "status"), "here"),
    "modality": (("entry", "ImagingStudy", "series", 0, "modality", "code"), "XX"),
    "sop class": (("entry", "ImagingStudy", "series", 0, "instance", 0, "sopClass", "code"), "1.2.840"),
    "device status": (("entry", "Device", "status"), "on"),
    "device name": (("entry", "Device", "deviceName", 0, "type"), "nickname"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_code_is_refused(measured: FilmResult, name: str) -> None:
    path, wrong = WRONG[name]
    bundle = copy.deepcopy(fhir_bundle(measured))
    check_codes(bundle)
    place: Any = resources(bundle, str(path[1]))[0] if path[0] == "entry" else bundle
    *way, last = path[2:] if path[0] == "entry" else path
    for step in way:
        place = place[step]
    place[last] = wrong
    with pytest.raises(UnknownCodeError):
        check_codes(bundle)


def test_code_sets_refuse_and_explain() -> None:
    assert checked("observation-status", "final") == "final"
    with pytest.raises(UnknownCodeError, match="preliminary"):
        checked("observation-status", "Final")
    with pytest.raises(UnknownCodeError, match="no code set"):
        checked("shoe-size", "42")
    with pytest.raises(UnknownCodeError, match="scheme"):
        Code(value="1", scheme="SNOMED", meaning="x")
    with pytest.raises(UnknownCodeError, match="65 bytes"):
        Code(value="1", scheme="SCT", meaning="x" * 65)


def test_snomed_codes_are_those_of_the_dicom_dictionary() -> None:
    assert (COBB.value, SPINE.value, VERTEBRA.value) == (
        ps3_16.SCT.CobbAngle.value,
        ps3_16.SCT.Spine.value,
        ps3_16.SCT.Vertebra.value,
    )
    for level, code in LEVELS.items():
        name = "Sacrum" if level is Level.S1 else f"{level.value}Vertebra"
        assert code.value == getattr(ps3_16.SCT, name).value, level
    assert set(LEVELS) == set(Level)
