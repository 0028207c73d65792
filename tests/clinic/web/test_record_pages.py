"""Claims: what leaves is valid FHIR R4B with the chart's values, every request is logged, only clinicians may ask."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from care_course import answer_intake, consent_fields, plan_fields
from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.guard import restrict
from spondyl.clinic.chart.people import Person, PersonDetails, add_person, change_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import audit
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.report.fhir_check import check_codes
from spondyl.clinic.web.records import fhir_routes
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


@pytest.fixture
def treated(browser: Open, services: Services, patient: Person, clock: Clock) -> Person:
    """A patient with intake (fever cleared), note, signed plan and consent."""
    answer_intake(services, patient, pain=6, roland=14, fever="yes", where=("low_back",), complaint="Ächzt")
    clinician = browser(Role.CLINICIAN)
    chart = f"/patients/{patient.id}"
    clinician.submit(f"{chart}/intake/review", cleared="fever", reason="Flu last week, no fever now.")
    clock.advance(timedelta(minutes=5))
    clinician.submit(f"{chart}/exam", pain="5", **{"g-motion": "examined"}, action="sign")
    clinician.submit(f"{chart}/plan", **plan_fields())
    clinician.submit(f"{chart}/plan/consent", **consent_fields(services, patient, language="es"))
    return patient


def asked(client: Browser, address: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/fhir/R4B/{address}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    return answer.json()


def of_kind(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind]


def test_two_scores_of_one_month_have_two_identifiers(browser: Open, treated: Person) -> None:
    """The longest code of a questionnaire left no room for the day in the 64 characters of an identifier."""
    clinician = browser(Role.CLINICIAN)
    for day, value in (("2026-02-01", "60"), ("2026-02-26", "55")):
        fields = {"instrument": "promis_pain_interference", "value": value, "on": day}
        assert clinician.submit(f"/patients/{treated.id}/outcomes", **fields).status_code == 303
    bundle = asked(clinician, f"Patient/{treated.id}/$everything")
    ids = [one["id"] for one in of_kind(bundle, "Observation")]
    assert len(set(ids)) == len(ids) and sum("pain-interference" in one for one in ids) == 2


def test_everything_about_a_patient_is_one_valid_bundle(browser: Open, treated: Person) -> None:
    bundle = asked(browser(Role.CLINICIAN), f"Patient/{treated.id}/$everything")
    Bundle.model_validate(bundle)
    check_codes(bundle)
    scores = {(one["code"]["text"], one["valueQuantity"]["value"]) for one in of_kind(bundle, "Observation")}
    assert ("Roland-Morris Disability Questionnaire", 14.0) in scores
    assert ("Numerical rating scale of pain, today", 5.0) in scores
    (plan,) = of_kind(bundle, "CarePlan")
    assert plan["status"] == "active" and "Judged on 13 April 2026" in plan["note"][0]["text"]
    (goal,) = of_kind(bundle, "Goal")
    assert goal["target"][0]["detailQuantity"]["value"] == 9.0
    (consent,) = of_kind(bundle, "Consent")
    assert consent["status"] == "active" and consent["performer"] == [{"display": "Ana Ruiz"}]
    (flag,) = of_kind(bundle, "Flag")
    assert flag["status"] == "inactive" and "fever" in flag["code"]["text"]
    (answers,) = of_kind(bundle, "QuestionnaireResponse")
    assert answers["status"] == "completed"
    said = {item["linkId"]: item["answer"] for group in answers["item"] for item in group["item"]}
    assert said["fever"] == [{"valueBoolean": True}] and said["pain_week"] == [{"valueInteger": 6}]
    assert said["complaint"] == [{"valueString": "Ächzt"}]


def test_every_reference_to_a_resource_leads_somewhere(browser: Open, treated: Person) -> None:
    bundle = asked(browser(Role.CLINICIAN), f"Patient/{treated.id}/$everything")
    there = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in bundle["entry"]}
    text = json.dumps(bundle)
    named = {part.split('"')[0] for part in text.split('"reference": "')[1:]}
    assert named and named <= there


def test_search_and_read_by_kind(browser: Open, treated: Person) -> None:
    client = browser(Role.CLINICIAN)
    found = asked(client, "Patient?name=neil")
    assert found["total"] == 1 and found["entry"][0]["resource"]["id"] == treated.id
    assert (
        asked(client, f"Patient?identifier=urn:x-spondyl:record-number|{treated.record_number}")["total"] == 1
    )
    nobody = asked(client, "Patient?name=nobody")
    assert nobody["total"] == 0 and "entry" not in nobody
    page = asked(client, f"Observation?patient=Patient/{treated.id}&_count=1&_offset=1")
    assert page["total"] == 3 and len(page["entry"]) == 1
    name = page["entry"][0]["resource"]["id"]
    assert asked(client, f"Observation/{name}?patient={treated.id}")["id"] == name
    assert asked(client, f"Patient/{treated.id}")["name"][0]["family"] == "O'Neil-Ruiz"


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("Medication", 404, "not-supported"),
        ("Observation", 400, "invalid"),
        ("Observation/1", 404, "not-found"),
        ("Patient?name:exact=Ruiz", 400, "invalid"),
        ("Patient?birthdate=ge1980", 400, "invalid"),
        ("Patient?_count=abc", 400, "invalid"),
        ("Patient/1/2/3", 404, "not-found"),
        ("Patient/nobody", 404, "not-found"),
        ("Patient/nobody/$everything", 404, "not-found"),
        ("Goal?patient=nobody", 404, "not-found"),
    ],
)
def test_a_wrong_request_gets_an_outcome(browser: Open, address: str, status: int, code: str) -> None:
    outcome = asked(browser(Role.CLINICIAN), address, status)
    OperationOutcome.model_validate(outcome)
    assert outcome["issue"][0]["code"] == code


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("identifier=1001", 1),
        ("identifier=urn:x-spondyl:record-number|1001", 1),
        ("identifier=http://hospital.example/mrn|1001", 0),
        ("identifier=|1001", 0),
        ("identifier=Ruiz", 0),
        ("identifier=7,1001", 1),
        ("identifier=1001&name=neil", 1),
        ("identifier=1001&name=Zed", 0),
        ("name=neil&name=ana", 1),
        ("name=neil&name=Zed", 0),
        ("family=o'neil", 1),
        ("family=ana", 0),
        ("given=an", 1),
        ("given=neil", 0),
        ("birthdate=1988-05-17", 1),
        ("birthdate=1988-05", 1),
        ("birthdate=1988-05-18", 0),
        ("birthdate=1900-01-01", 0),
        ("birthdate=1900", 0),
        ("gender=female,male,other,unknown", 1),
        ("_id={id}", 1),
        ("_id=nobody", 0),
        ("_id={id}&name=Zed", 0),
    ],
)
def test_a_search_for_patients_heeds_every_parameter(
    browser: Open, services: Services, patient: Person, query: str, found: int
) -> None:
    assert patient.record_number == 1001
    with writing(services.engine) as connection:
        born = replace(patient.details, birth_date=date(1988, 5, 17))
        change_person(connection, patient.id, born, actor="test")
    address = f"Patient?{query.format(id=patient.id)}"
    assert asked(browser(Role.CLINICIAN), address)["total"] == found


def test_a_long_search_is_turned_page_by_page(browser: Open, services: Services) -> None:
    with writing(services.engine) as connection:
        for number in range(7):
            details = PersonDetails(given_name=f"Bo {number}", family_name="Zed")
            add_person(connection, details, actor="test")
    client, seen = browser(Role.CLINICIAN), list[str]()
    address: str | None = "Patient?name=Zed&_count=3"
    while address is not None:
        page = asked(client, address)
        Bundle.model_validate(page)
        links = {one["relation"]: one["url"].partition("/fhir/R4B/")[2] for one in page["link"]}
        assert asked(client, links["self"]) == page
        seen += [one["resource"]["name"][0]["given"][0] for one in page["entry"]]
        address = links.get("next")
    assert seen == [f"Bo {number}" for number in range(7)]
    assert asked(client, "Patient?name=Zed&_count=0") == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 7,
        "link": [
            {"relation": "self", "url": "http://localhost/fhir/R4B/Patient?name=Zed&_count=0&_offset=0"}
        ],
    }
    assert len(asked(client, "Patient?_count=500")["entry"]) == 7


def test_every_full_url_can_be_read(browser: Open, treated: Person) -> None:
    client = browser(Role.CLINICIAN)
    bundle = asked(client, f"Patient/{treated.id}/$everything")
    for entry in bundle["entry"]:
        assert asked(client, entry["fullUrl"].partition("/fhir/R4B/")[2]) == entry["resource"]
    assert {"Consent", "Goal", "Flag", "Observation", "CarePlan"} <= {
        one["resource"]["resourceType"] for one in bundle["entry"]
    }
    kind = asked(client, f"Observation?subject=Patient/{treated.id}&_id=nothing")
    assert kind["total"] == 0
    assert asked(client, f"Observation?subject=http://localhost/fhir/R4B/Patient/{treated.id}")["total"] == 3


def test_who_may_not_ask_gets_an_outcome_too(browser: Open, patient: Person) -> None:
    for role, status, code in ((Role.NOBODY, 401, "login"), (Role.FRONT_DESK, 403, "forbidden")):
        outcome = asked(browser(role), f"Patient/{patient.id}", status)
        OperationOutcome.model_validate(outcome)
        assert outcome["issue"][0]["code"] == code


def test_the_capability_is_valid_and_open(browser: Open) -> None:
    CapabilityStatement.model_validate(asked(browser(Role.NOBODY), "metadata"))


def test_only_clinicians_read_and_every_reading_is_logged(
    browser: Open, services: Services, treated: Person
) -> None:
    address = f"/fhir/R4B/Patient/{treated.id}"
    assert browser(Role.NOBODY).get(address).status_code == 401
    assert browser(Role.FRONT_DESK).get(address).status_code == 403
    browser(Role.CLINICIAN).get(address)
    with reading(services.engine) as connection:
        rows = connection.execute(sa.select(audit.c.actor, audit.c.action, audit.c.subject)).all()
    assert ("clinician", "read FHIR Patient", f"person {treated.id}") in [tuple(row) for row in rows]


@pytest.mark.parametrize("address", ["Patient/{0}/$everything", "Patient/{0}", "CarePlan?patient={0}"])
def test_resources_are_made_while_others_write_and_the_log_holds_the_reading_before(
    browser: Open, services: Services, patient: Person, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    clinician, made = browser(Role.CLINICIAN), fhir_routes.resources_of

    def write() -> None:
        with writing(services.engine) as connection:
            record(connection, actor="desk", action="book", subject="another")

    def watched(*given: Any, **named: Any) -> Any:
        another = Thread(target=write, daemon=True)
        another.start()
        another.join(10.0)
        assert not another.is_alive()
        with reading(services.engine) as connection:
            actions = list(connection.execute(sa.select(audit.c.action)).scalars())
        assert any(one.startswith("read FHIR") for one in actions)
        return made(*given, **named)

    monkeypatch.setattr(fhir_routes, "resources_of", watched)
    asked(clinician, address.format(patient.id))


def test_a_restricted_chart_stays_shut_for_a_query_too(
    browser: Open, services: Services, staff: dict[Role, Account], treated: Person
) -> None:
    with writing(services.engine) as connection:
        named = {staff[Role.ADMINISTRATOR].id}
        restrict(connection, treated.id, account_ids=named, actor="test")
    client = browser(Role.CLINICIAN)
    for address in (
        f"Observation?patient={treated.id}",
        f"Patient/{treated.id}",
        f"Patient?patient={treated.id}",
        f"Goal/1?patient=Patient/{treated.id}",
        f"Patient/{treated.id}/$everything",
    ):
        assert client.get(f"/fhir/R4B/{address}").status_code == 403, address
    assert asked(client, "Patient?name=neil")["total"] == 0
    assert treated.id not in client.get("/today").text


def test_a_plan_that_failed_is_revoked_and_a_consent_taken_back_inactive(
    browser: Open, treated: Person, clock: Clock
) -> None:
    clock.advance(timedelta(days=43))
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{treated.id}/outcomes", instrument="rmdq", value="13", on="2026-04-13")
    clinician.submit(f"/patients/{treated.id}/plan/consent/withdraw")
    bundle = asked(clinician, f"Patient/{treated.id}/$everything")
    assert of_kind(bundle, "CarePlan")[0]["status"] == "revoked"
    assert of_kind(bundle, "Goal")[0]["lifecycleStatus"] == "cancelled"
    assert of_kind(bundle, "Consent")[0]["status"] == "inactive"


def test_the_patients_file_holds_every_version_and_says_so_in_the_log(
    browser: Open, services: Services, treated: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    sent = clinician.submit(f"/patients/{treated.id}/records/export")
    assert sent.headers["content-disposition"] == 'attachment; filename="record-1001-2026-03-02.zip"'
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        names = archive.namelist()
        assert {"README.txt", "fhir.json", "scores.csv", "scores.parquet"} <= set(names)
        kinds = {name.split("/")[1].split("-")[0] for name in names if name.startswith("documents/")}
        assert kinds == {"intake", "flag", "exam", "plan", "consent"}
        assert b"1001,rmdq,2026-03-02,14.0,form" in archive.read("scores.csv")
        Bundle.model_validate_json(archive.read("fhir.json"))
    with reading(services.engine) as connection:
        actions = connection.execute(sa.select(audit.c.action)).scalars().all()
    assert "export patient" in actions
    page = clinician.get(f"/patients/{treated.id}/records").text
    assert "Began to export the record" in page and "Flag review" in page


@pytest.mark.parametrize("name", ["%00", "%FF", "'; drop table people; --", "%25", "a" * 101])
def test_no_search_breaks_the_server(browser: Open, name: str) -> None:
    client = browser(Role.CLINICIAN)
    for address in (
        f"Patient?name={name}",
        f"Goal?patient={name}",
        f"Patient/{name}",
        f"Patient?_count={name}",
    ):
        assert client.get(f"/fhir/R4B/{address}").status_code in (200, 400, 404), address


def test_the_chart_says_who_opened_it_in_the_words_of_the_audit_log(browser: Open, patient: Person) -> None:
    page = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/records").text
    assert "<td>Test Clinician</td><td>Opened the records</td>" in page and "open records" not in page
