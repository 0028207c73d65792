"""Claims: nothing is normal because nobody looked; a note keeps its exceptions, is corrected as a version, signed."""

from collections.abc import Callable
from datetime import date, timedelta

from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.assessment.exam import EXAM
from spondyl.clinic.care.adjustment_gate import chart_gate
from spondyl.clinic.care.plan_record import situation_of
from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.care.visit_note import every_note, notes_of
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


def test_a_note_holds_what_was_examined_and_its_exceptions(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    sent = clinician.submit(
        f"/patients/{patient.id}/exam",
        **{"pain": "6", "g-motion": "examined", "t-l5-left": "4", "n-l5": "after ten", "action": "sign"},
    )
    assert sent.status_code == 303
    with reading(services.engine) as connection:
        (kept,) = notes_of(connection, patient.id)
    assert kept.is_signed and kept.note.pain == 6
    assert kept.note.exam.examined == {"motion"}
    page = clinician.get(f"/patients/{patient.id}/exam").text
    assert "L5 great toe extension left 4/5 (after ten). The rest: not examined." in page
    assert "signed by Test Clinician" in page
    assert "the note of today is signed: make the plan, or write another note below." in page


def test_an_empty_note_and_a_wrong_number_are_refused_and_what_was_typed_stays(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    address = f"/patients/{patient.id}/exam"
    empty = clinician.submit(address, action="keep")
    assert empty.status_code == 422 and "The note is empty." in empty.text
    assert "pain scale" not in empty.text
    wrong = clinician.submit(address, pain="12", text="typed words")
    assert wrong.status_code == 422 and "typed words" in wrong.text
    for text in ("x", "1_0", "+5", "٣", "5,0", "５"):
        unread = clinician.submit(address, pain=text)
        assert unread.status_code == 422 and "is no number of the pain scale" in unread.text
    assert clinician.submit(address, **{"t-l5-left": "9"}).status_code == 422
    with reading(services.engine) as connection:
        assert notes_of(connection, patient.id) == ()


def test_a_correction_is_a_version_and_a_late_one_is_refused(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{patient.id}/exam", text="left", action="sign")
    with reading(services.engine) as connection:
        (first,) = notes_of(connection, patient.id)
    address = f"/patients/{patient.id}/exam/{first.document_id}"
    assert "left" in clinician.get(address).text
    assert clinician.submit(address, text="right", after_version="1", action="sign").status_code == 303
    late = clinician.submit(address, text="too late", after_version="1")
    assert late.status_code == 409 and "Test Clinician changed this note while you wrote" in late.text
    assert "too late" in late.text and "right" in late.text and 'name="after_version" value="2"' in late.text
    assert clinician.submit(address, text="whose?", after_version="one").status_code == 409
    empty = clinician.submit(address, text="", after_version="1")
    assert empty.status_code == 422 and 'name="after_version" value="1"' in empty.text
    with reading(services.engine) as connection:
        (second,) = notes_of(connection, patient.id)
    assert (second.version, second.note.text, second.note.on) == (2, "right", first.note.on)


def test_a_sign_of_the_cord_is_said_loudly_and_outlives_a_note_that_did_not_look_for_it(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{patient.id}/exam", **{"t-babinski-right": "present"})
    page = clinician.get(f"/patients/{patient.id}/exam").text
    assert "Because of: Babinski right present." in page and 'role="alert"' in page
    clock.advance(timedelta(minutes=5))
    clinician.submit(f"/patients/{patient.id}/exam", text="Called: asks for an earlier visit", action="sign")
    assert "Because of: Babinski right present." in clinician.get(f"/patients/{patient.id}/exam").text
    assert "Babinski right present" in clinician.get(f"/patients/{patient.id}/plan/referral").text
    with reading(services.engine) as connection:
        assert chart_gate(connection, patient.id).found == {"upper_motor_neuron": "Babinski right present"}
        assert "Upper motor neuron signs" in situation_of(connection, patient.id).held
    clock.advance(timedelta(minutes=5))
    clinician.submit(f"/patients/{patient.id}/exam", **{"g-upper_motor_neuron": "examined"})
    assert "Because of: Babinski" not in clinician.get(f"/patients/{patient.id}/exam").text


def test_saddle_numbness_outlives_a_look_at_another_dermatome(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    """Sensation of the left L5 alone is tested a day later: the numb saddle area was not looked at again."""
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    clinician.submit(
        address, **{"g-dermatomes": "examined", "t-touch_saddle-midline": "absent", "action": "sign"}
    )
    clock.advance(timedelta(days=1))
    clinician = browser(Role.CLINICIAN)
    looked = {"t-touch_l5-left": "reduced", "t-touch_saddle-midline": "", "action": "sign"}
    clinician.submit(address, **looked)
    assert "Because of: Saddle area (S3 to S5) absent." in clinician.get(address).text
    letter = clinician.get(f"/patients/{patient.id}/plan/referral").text
    assert "Not looked at again since: Saddle area (S3 to S5) absent (2 March 2026)." in letter
    with reading(services.engine) as connection:
        assert "cauda_equina" in chart_gate(connection, patient.id).found
        newest = notes_of(connection, patient.id)[0]
    shown = clinician.get(f"{address}/{newest.document_id}").text
    assert '<option value="reduced" selected>' in shown and "checked" not in shown.split("groups")[1]
    clock.advance(timedelta(minutes=5))
    clinician.submit(address, **{"t-touch_saddle-midline": "normal", "action": "sign"})
    page = clinician.get(address).text
    assert "Because of: Saddle" not in page
    assert "Saddle area (S3 to S5) normal. The rest: not examined." in page


def test_a_correction_takes_no_signed_sign_away_until_it_is_signed(
    browser: Open, services: Services, patient: Person
) -> None:
    """The saddle was signed as numb; a correction says normal, and nobody has signed it: both can be read."""
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    clinician.submit(
        address, **{"t-touch_saddle-midline": "absent", "t-l5-left": "4", "pain": "6", "action": "sign"}
    )
    with reading(services.engine) as connection:
        (signed,) = notes_of(connection, patient.id)
    own = f"{address}/{signed.document_id}"
    changed = {"g-dermatomes": "examined", "t-l5-left": "3", "pain": "6"}
    clinician.submit(own, after_version="1", **changed)
    page = clinician.get(address).text
    assert "Because of: Saddle area (S3 to S5) absent." in page
    assert "L5 great toe extension left 3/5" in page, "a worse grade waits for no signature"
    assert "not signed, written by Test Clinician" in page
    shown = page.split("<summary>Earlier versions</summary>")[1]
    assert "Version 1, 2 March 2026, Test Clinician" in shown and "signed by Test Clinician" in shown
    assert "Saddle area (S3 to S5) absent. The rest: not examined." in shown
    with reading(services.engine) as connection:
        assert "cauda_equina" in chart_gate(connection, patient.id).found
    clinician.submit(own, after_version="2", action="sign", **changed)
    page = clinician.get(address).text
    assert "Because of: Saddle" not in page and page.count("<h4>Version ") == 2
    with reading(services.engine) as connection:
        assert "cauda_equina" not in chart_gate(connection, patient.id).found


def test_a_note_that_is_not_signed_says_so_wherever_it_is_read_until_somebody_signs_it(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician, chart = browser(Role.CLINICIAN), f"/patients/{patient.id}"
    kept = {"t-babinski-right": "present", "impression": "Cord?", "g-motion": "examined"}
    clinician.submit(f"{chart}/exam", **kept)
    for address in ("/today", chart):
        page = clinician.get(address).text
        assert (
            "Visit notes that are not signed" in page and "Written by Test Clinician, 2 March 2026." in page
        )
        assert "Visit notes" not in browser(Role.FRONT_DESK).get(address).text
    letter = clinician.get(f"{chart}/plan/referral").text
    assert "NOT SIGNED, note of 2 March 2026: Range of motion: Active range" in letter
    assert "Impression: Cord?" in letter and "On 2 March 2026." not in letter
    assert "not signed, written by Test Clinician" in clinician.get(f"{chart}/plan").text
    with reading(services.engine) as connection:
        (draft,) = notes_of(connection, patient.id)
    own = f"{chart}/exam/{draft.document_id}"
    assert f"{own}/sign" in clinician.get(f"{chart}/exam").text
    assert clinician.submit(f"{own}/sign", version=1, digest="0" * 64).status_code == 409
    assert clinician.submit(f"{own}/sign", version=1, digest=draft.digest).status_code == 303
    assert "Visit notes that are not signed" not in clinician.get("/today").text + clinician.get(chart).text
    letter = clinician.get(f"{chart}/plan/referral").text
    assert "On 2 March 2026." in letter and "NOT SIGNED" not in letter


def test_a_note_of_another_patient_is_not_here(browser: Open, services: Services, patient: Person) -> None:
    with writing(services.engine) as connection:
        details = PersonDetails(given_name="Bo", family_name="Demo", synthetic=True)
        other = add_person(connection, details, actor="test")
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{other.id}/exam", text="of Bo", action="sign")
    with reading(services.engine) as connection:
        (note,) = notes_of(connection, other.id)
    own = f"/patients/{patient.id}/exam/{note.document_id}"
    assert clinician.get(own).status_code == 404
    assert clinician.submit(own, text="mine").status_code == 404
    assert clinician.submit(f"{own}/sign", version=1, digest=note.digest).status_code == 404


def test_nothing_of_a_long_note_is_cut(browser: Open, services: Services, patient: Person) -> None:
    """A browser counts the end of a line as one character and sends two; what is truly too long is refused."""
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    lines = "\r\n".join(["x" * 198] * 9 + ["y" * 205, "z"])
    assert len(lines.replace("\r\n", "\n")) == 1998 and len(lines) > 2000
    assert clinician.submit(address, text=lines, action="sign").status_code == 303
    with reading(services.engine) as connection:
        (kept,) = notes_of(connection, patient.id)
    assert kept.note.text == lines.replace("\r\n", "\n") and kept.note.text.endswith("\nz")
    assert '<dd class="lines">' in clinician.get(address).text
    for name, most in (("text", 2000), ("impression", 500)):
        long = clinician.submit(address, **{name: "w" * most + "!", "pain": "3", "action": "sign"})
        assert long.status_code == 422 and f"{most + 1} characters" in long.text
        assert "w" * most + "!</textarea>" in long.text


def test_a_note_of_another_patient_is_taken_back_with_a_reason_and_counts_nowhere(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    wrong = {"pain": "9", "t-touch_saddle-midline": "absent", "done": "exercise", "action": "sign"}
    clinician.submit(address, **wrong)
    with reading(services.engine) as connection:
        (note,) = notes_of(connection, patient.id)
    own = f"{address}/{note.document_id}"
    assert f"{own}/error" in clinician.get(address).text
    assert clinician.submit(f"{own}/error", version="1", reason="  ").status_code == 422
    assert clinician.submit(f"{own}/error", version="2", reason="Of Bo").status_code == 409
    assert clinician.submit(f"{own}/error", version="1", reason="Written for Bo").status_code == 303
    page = clinician.get(address).text
    assert "Taken back by Test Clinician, 2 March 2026: Written for Bo" in page
    assert "Because of:" not in page and clinician.get(own).status_code == 404
    assert clinician.submit(f"{own}/error", version="2", reason="again").status_code == 404
    letter = clinician.get(f"/patients/{patient.id}/plan/referral").text
    assert "Saddle" not in letter and "Pain" not in letter
    with reading(services.engine) as connection:
        assert notes_of(connection, patient.id) == () and scores_of_person(connection, patient.id) == ()
        assert chart_gate(connection, patient.id).found == {}
        (kept,) = every_note(connection, patient.id)
        assert kept.note == note.note and kept.signatures[0].meaning == "entered in error"
    assert "took back what was entered in error" in browser(Role.ADMINISTRATOR).get("/admin/audit").text


def test_what_was_written_beside_a_note_that_is_taken_back_is_not_lost(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    clinician.submit(address, text="of Bo", action="sign")
    with reading(services.engine) as connection:
        (note,) = notes_of(connection, patient.id)
    opened = seen_on(clinician.get(address).text)
    clinician.submit(f"{address}/{note.document_id}/error", version="1", reason="Written for Bo")
    late = clinician.submit(address, seen=opened, text="of this patient", action="sign")
    assert late.status_code == 409 and "of this patient</textarea>" in late.text
    assert "taken back while you wrote, the last one by Test Clinician" in late.text
    sent = {"text": "of this patient", "action": "sign"}
    assert clinician.submit(address, seen=seen_on(late.text), **sent).status_code == 303


def test_pain_is_put_back_to_not_asked(browser: Open, services: Services, patient: Person) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    clinician.submit(address, pain="9", text="seen", action="sign")
    with reading(services.engine) as connection:
        (note,) = notes_of(connection, patient.id)
    own = f"{address}/{note.document_id}"
    assert '<input type="radio" name="pain" value=""><span>Not asked' in clinician.get(own).text
    clinician.submit(own, pain="", text="seen", after_version="1", action="sign")
    assert '<input type="radio" name="pain" value="" checked>' in clinician.get(own).text
    with reading(services.engine) as connection:
        assert scores_of_person(connection, patient.id) == ()


def test_new_weakness_is_raised_and_holds_adjustments(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    """Power is 5/5 in March and the left great toe 4/5 a week later."""
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    clinician.submit(address, **{"g-myotomes": "examined", "action": "sign"})
    clock.advance(timedelta(days=7))
    clinician = browser(Role.CLINICIAN)
    clinician.submit(address, **{"t-l5-left": "4", "action": "sign"})
    page = clinician.get(address).text
    assert "Because of: L5 great toe extension left 4/5, before it was 5/5." in page
    assert "Risk: loss of nerve function." in page
    with reading(services.engine) as connection:
        assert set(chart_gate(connection, patient.id).found) == {"progressive_radiculopathy"}


def test_a_form_that_is_sent_again_is_one_note(browser: Open, services: Services, patient: Person) -> None:
    """Back, and Keep and sign once more: the same words are one note, other words its correction."""
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    page = clinician.get(address).text
    key = page.split('name="key" value="')[1].split('"')[0]
    sent = {"key": key, "seen": seen_on(page), "text": "Walks well"}
    assert clinician.submit(address, **sent).status_code == 303
    assert clinician.submit(address, **sent, action="sign").status_code == 303
    with reading(services.engine) as connection:
        (note,) = notes_of(connection, patient.id)
    assert (note.document_id, note.version, len(note.signatures)) == (key, 1, 1)
    other = clinician.submit(address, **sent | {"text": "Walks badly"}, action="sign")
    assert other.status_code == 409 and "this note was kept already" in other.text
    assert f'action="{address}/{key}"' in other.text and "Walks badly</textarea>" in other.text
    assert 'name="after_version" value="1"' in other.text
    odd = clinician.submit(address, key="../x", text="another", action="sign")
    assert odd.status_code == 303
    with reading(services.engine) as connection:
        assert len(notes_of(connection, patient.id)) == 2


def test_a_note_is_of_the_day_of_the_visit(browser: Open, services: Services, clock: Clock) -> None:
    """Written on 2 March of a visit on 20 February: what was found on 1 March is the newer look."""
    with writing(services.engine) as connection:
        details = PersonDetails(
            given_name="Bo", family_name="Demo", birth_date=date(1980, 5, 6), synthetic=True
        )
        bo = add_person(connection, details, actor="test")
    clinician, address = browser(Role.CLINICIAN), f"/patients/{bo.id}/exam"
    assert (
        'name="on" required max="2026-03-02" min="1980-05-06" value="2026-03-02"'
        in clinician.get(address).text
    )
    for day, says in (("2026-03-03", "in the future"), ("1980-05-05", "not born"), ("soon", "no day")):
        refused = clinician.submit(address, on=day, text="x", action="sign")
        assert refused.status_code == 422 and says in refused.text
        assert f'value="{day}"' in refused.text
    newer = {"t-touch_saddle-midline": "absent", "pain": "7"}
    clinician.submit(address, on="2026-03-01", action="sign", **newer)
    clock.advance(timedelta(minutes=5))
    older = {"g-dermatomes": "examined", "pain": "4"}
    clinician.submit(address, on="2026-02-20", action="sign", **older)
    with reading(services.engine) as connection:
        assert [one.note.on.day for one in notes_of(connection, bo.id)] == [1, 20]
        assert "cauda_equina" in chart_gate(connection, bo.id).found
        assert [one.value for one in scores_of_person(connection, bo.id)] == [4.0, 7.0]
        note = notes_of(connection, bo.id)[1]
    own = f"{address}/{note.document_id}"
    assert 'value="2026-02-20"' in clinician.get(own).text
    clinician.submit(own, on="2026-03-02", after_version="1", action="sign", **older)
    with reading(services.engine) as connection:
        assert "cauda_equina" not in chart_gate(connection, bo.id).found


def test_an_impression_alone_is_a_note_and_what_was_done_is_an_option(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    assert clinician.submit(address, impression="Stiff back.", action="sign").status_code == 303
    unknown = clinician.submit(address, done=["exercise", "crystals"], action="sign")
    assert unknown.status_code == 422 and "no option &#39;crystals&#39;" in unknown.text
    twice = clinician.submit(address, done=["epidural-steroid", "epidural-steroid"], text="x", action="sign")
    with reading(services.engine) as connection:
        notes = notes_of(connection, patient.id)
    assert twice.status_code == 303 and {one.note.done for one in notes} == {(), ("epidural-steroid",)}
    done = next(one for one in notes if one.note.done)
    assert 'value="epidural-steroid" checked' in clinician.get(f"{address}/{done.document_id}").text


def seen_on(page: str) -> str:
    """What the page carries of the notes that it was made from."""
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


def test_a_page_opened_before_another_note_clears_no_sign_of_it(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    """Two clinicians: on the older page the whole group is normal but for L5; the other found the saddle numb."""
    other, clinician = browser(Role.CLINICIAN), browser(Role.CLINICIAN)
    address = f"/patients/{patient.id}/exam"
    seen = seen_on(clinician.get(address).text)
    other.submit(address, seen=seen, action="sign", **{"t-touch_saddle-midline": "absent"})
    clock.advance(timedelta(minutes=5))
    typed = {"g-dermatomes": "examined", "t-touch_l5-left": "reduced", "text": "Walks", "action": "sign"}
    late = clinician.submit(address, seen=seen, **typed)
    assert late.status_code == 409 and "kept, signed or taken back while you wrote" in late.text
    assert "Because of: Saddle area (S3 to S5) absent." in late.text
    assert "Walks</textarea>" in late.text and '<option value="reduced" selected>' in late.text
    assert " checked" not in late.text.split('data-group="dermatomes"')[1].split("<details")[0]
    with reading(services.engine) as connection:
        assert len(notes_of(connection, patient.id)) == 1
        assert "cauda_equina" in chart_gate(connection, patient.id).found
    typed.pop("g-dermatomes")
    wrong = clinician.submit(address, seen=seen_on(late.text), **typed | {"pain": "12"})
    assert wrong.status_code == 422
    assert clinician.submit(address, seen=seen_on(wrong.text), **typed).status_code == 303
    with reading(services.engine) as connection:
        assert "cauda_equina" in chart_gate(connection, patient.id).found


def test_a_correction_opened_before_another_note_is_shown_again(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    clinician.submit(address, text="first", action="sign")
    with reading(services.engine) as connection:
        (first,) = notes_of(connection, patient.id)
    own = f"{address}/{first.document_id}"
    page = clinician.get(own).text
    clock.advance(timedelta(minutes=5))
    clinician.submit(address, **{"t-touch_saddle-midline": "absent", "action": "sign"})
    late = clinician.submit(own, seen=seen_on(page), after_version="1", text="corrected")
    assert late.status_code == 409 and "corrected</textarea>" in late.text
    kept = clinician.submit(own, seen=seen_on(late.text), after_version="1", text="corrected")
    assert kept.status_code == 303


def test_words_beside_a_normal_test_are_not_lost(browser: Open, services: Services, patient: Person) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/exam"
    words = {"g-myotomes": "examined", "t-l5-left": "5", "n-l5": "gives way from pain", "action": "sign"}
    refused = clinician.submit(address, **words)
    assert refused.status_code == 422 and "stands beside a normal result" in refused.text
    assert (
        'value="gives way from pain"' in refused.text and '<details class="exceptions" open>' in refused.text
    )
    with reading(services.engine) as connection:
        assert notes_of(connection, patient.id) == ()
    assert clinician.submit(address, **words | {"t-l5-left": "4"}).status_code == 303
    assert "left 4/5 (gives way from pain)" in clinician.get(address).text


def test_a_letter_dates_an_impression_that_is_older_than_the_examination(
    browser: Open, patient: Person, clock: Clock
) -> None:
    """In March a root is suspected; in June everything is normal: the letter of June must not say it of June."""
    clinician, chart = browser(Role.CLINICIAN), f"/patients/{patient.id}"
    suspected = {"t-l5-left": "4", "impression": "Root L5 suspected.", "action": "sign"}
    clinician.submit(f"{chart}/exam", **suspected)
    assert "Impression: Root L5 suspected.<" in clinician.get(f"{chart}/plan/referral").text
    clock.advance(timedelta(days=92))
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"{chart}/exam", action="sign", **{f"g-{group.key}": "examined" for group in EXAM})
    letter = clinician.get(f"{chart}/plan/referral").text
    assert "On 2 June 2026." in letter
    assert "Impression: Root L5 suspected. (2 March 2026)" in letter


def test_only_a_clinician_opens_it(browser: Open, patient: Person) -> None:
    for role, status in ((Role.NOBODY, 303), (Role.FRONT_DESK, 403), (Role.ADMINISTRATOR, 403)):
        assert browser(role).get(f"/patients/{patient.id}/exam").status_code == status


def test_every_group_is_one_tick_on_the_page(browser: Open, patient: Person) -> None:
    page = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/exam").text
    for group in EXAM:
        assert page.count(f'name="g-{group.key}"') == 1
        assert group.normal.replace("'", "&#39;") in page
    assert page.count(" checked") == 0
