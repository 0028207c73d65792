"""Claims: who adds patients or saves one document at the same moment gets a number or a named refusal, no fault; who
books twice at the same moment gets one chart."""

import time
from dataclasses import replace
from threading import Thread

import sqlalchemy as sa

from clinic_charts import at_once
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.accounts import (
    Account,
    AccountExistsError,
    AccountInvalidError,
    add_account,
    add_first_administrator,
    all_accounts,
    change_account,
    set_oidc_subject,
)
from spondyl.clinic.chart.guard import (
    GuardRefusedError,
    RestrictionChangedError,
    break_glass,
    glass_break_list,
    named_for,
    restrict_by,
    review_glass_break,
)
from spondyl.clinic.chart.known_person import find_or_add
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing

ANA = PersonDetails(given_name="Ana", family_name="Ruiz")


def test_patients_added_at_once_get_numbers_one_after_the_other(engine: sa.Engine) -> None:
    assert at_once(engine, 8, lambda connection: add_person(connection, ANA, actor="desk")) == []
    with reading(engine) as connection:
        numbers = connection.execute(sa.text("SELECT record_number FROM people")).scalars()
        assert sorted(numbers) == list(range(1001, 1009))


def test_who_books_twice_at_once_gets_one_chart(engine: sa.Engine) -> None:
    ana, found = replace(ANA, phone="714 555 0100"), list[str]()

    def press() -> None:
        with writing(engine) as connection:
            found.append(find_or_add(connection, ana, actor="public").id)
            time.sleep(0.5)  # the other one looks meanwhile

    presses = [Thread(target=press) for _ in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join(60.0)
    assert len(found) == 2 and len(set(found)) == 1


def test_of_two_administrators_who_end_each_others_role_at_once_one_stays(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        others = [
            add_account(
                connection,
                sign_in_name=name,
                full_name=name,
                role=Role.ADMINISTRATOR,
                password="four unrelated words",
                actor="test",
            ).id
            for name in ("ana", "ben")
        ]

    def end(connection: sa.Connection) -> None:
        change_account(connection, others.pop(), role=Role.CLINICIAN, active=True, actor="test")
        time.sleep(0.5)  # the other one looks meanwhile

    assert [type(error) for error in at_once(engine, 2, end)] == [AccountInvalidError]
    with reading(engine) as connection:
        assert sorted(one.role.value for one in all_accounts(connection)) == ["administrator", "clinician"]


def test_of_two_who_use_the_set_up_link_at_once_one_becomes_administrator(engine: sa.Engine) -> None:
    names = ["ana", "ben"]

    def set_up(connection: sa.Connection) -> None:
        name = names.pop()
        add_first_administrator(
            connection,
            sign_in_name=name,
            full_name=name,
            password="four unrelated words",
            actor="set-up link",
        )
        time.sleep(0.5)  # the other one looks meanwhile

    assert [type(error) for error in at_once(engine, 2, set_up)] == [AccountExistsError]
    with reading(engine) as connection:
        assert len(all_accounts(connection)) == 1


def test_of_those_who_save_after_one_version_at_once_one_wins_and_the_others_are_told(
    engine: sa.Engine,
) -> None:
    with writing(engine) as connection:
        ana = add_person(connection, ANA, actor="desk")
        first = documents.save(connection, kind="exam", person_id=ana.id, body={"a": 1}, actor="dr")

    def save(connection: sa.Connection) -> None:
        documents.save(
            connection,
            kind="exam",
            person_id=ana.id,
            body={"a": 2},
            actor="dr",
            document_id=first.document_id,
            after_version=1,
        )

    errors = at_once(engine, 4, save)
    assert [type(error) for error in errors] == [documents.DocumentChangedError] * 3
    assert all("Load the page again" in str(error) for error in errors)


def named(connection: sa.Connection, name: str) -> Account:
    return add_account(
        connection, sign_in_name=name, full_name=name, role=Role.CLINICIAN, password=None, actor="test"
    )


def test_of_two_who_add_one_account_name_at_once_one_is_told_that_it_is_taken(engine: sa.Engine) -> None:
    def add(connection: sa.Connection) -> None:
        named(connection, "ana")
        time.sleep(0.5)  # the other one looks meanwhile

    assert [type(error) for error in at_once(engine, 2, add)] == [AccountInvalidError]


def test_of_two_accounts_tied_to_one_person_at_once_one_is_refused(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        both = [named(connection, name).id for name in ("ana", "ben")]

    def tie(connection: sa.Connection) -> None:
        set_oidc_subject(connection, both.pop(), subject="issuer|ana", actor="test")
        time.sleep(0.5)

    assert [type(error) for error in at_once(engine, 2, tie)] == [AccountInvalidError]


def test_of_two_who_say_at_once_who_may_open_a_chart_the_second_is_told_and_undoes_nothing(
    engine: sa.Engine,
) -> None:
    with writing(engine) as connection:
        patient = add_person(connection, ANA, actor="desk")
        one, other = named(connection, "lind"), named(connection, "mora")
    lists, kept = [[one.id], [one.id, other.id]], list[list[str]]()

    def shut(connection: sa.Connection) -> None:
        ids = lists.pop()
        restrict_by(connection, patient.id, account_ids=ids, account=one, shown=[])
        kept.append(ids)
        time.sleep(0.5)

    assert [type(error) for error in at_once(engine, 2, shut)] == [RestrictionChangedError]
    with reading(engine) as connection:
        assert [named_for(connection, patient.id)] == [set(ids) for ids in kept]


def test_of_two_who_review_one_opening_at_once_the_first_finding_stands(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        patient = add_person(connection, ANA, actor="desk")
        who, one, two = (named(connection, name) for name in ("lind", "mora", "nord"))
        break_glass(connection, patient.id, account=who, reason="An emergency at night.")
        opening = glass_break_list(connection, reviewed=False)[0].id
    reviews = [("Not in order.", one), ("In order.", two)]
    given = list[str]()

    def review(connection: sa.Connection) -> None:
        finding, reviewer = reviews.pop()
        review_glass_break(connection, opening, finding=finding, reviewer=reviewer)
        given.append(finding)
        time.sleep(0.5)

    assert [type(error) for error in at_once(engine, 2, review)] == [GuardRefusedError]
    with reading(engine) as connection:
        assert [one.finding for one in glass_break_list(connection, reviewed=True)] == given
