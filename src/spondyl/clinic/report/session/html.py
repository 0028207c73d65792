"""One offline page of a session: no script, no link to anywhere else, prints."""

from spondyl.clinic.report.html import environment
from spondyl.clinic.report.session.content import PLACEHOLDER, session_content
from spondyl.clinic.report.session.gathered import gathered
from spondyl.clinic.report.session.picture import picture_svg
from spondyl.clinic.report.session.pictures import dose_picture, map_picture, wave_pictures
from spondyl.treatment.adjustment import Replay, SessionRecord


def session_html(record: SessionRecord, again: Replay, *, zone: str = "UTC") -> str:
    """The page as text, times by the clock of the zone; the same record gives the same bytes."""
    content, found = session_content(record, again, zone=zone), gathered(record)
    stiffness = map_picture(found.rows)
    segments = [line.segment for line in content.doses]
    return (
        environment()
        .get_template("session.html.j2")
        .render(
            title=content.title,
            content=content,
            placeholder=PLACEHOLDER,
            stiffness="" if stiffness is None else picture_svg(stiffness),
            dose=picture_svg(dose_picture(found, record.head.plan.limits, segments)) if segments else "",
            waves=[picture_svg(one) for one in wave_pictures(found)],
        )
    )
