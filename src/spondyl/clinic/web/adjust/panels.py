"""The sessions that run now, on the day's page and on a patient's overview: whoever works here may stop one."""

from collections.abc import Sequence

from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.chart.guard import shut_for
from spondyl.clinic.chart.people import Person, people_of
from spondyl.clinic.web.adjust.stop_key import stop_address
from spondyl.clinic.web.feature import Panel, View

Running = tuple[str, Person, SessionProcess]


def today_panel(view: View) -> Panel | None:
    """Every session that is ready or runs, of the charts that are open to the viewer; None without one."""
    running, account = view.desk.all_running(), view.viewer.account
    if not running or account is None:
        return None
    shut = shut_for(view.connection, account.id)
    open_ones = [one for one in running if one[1] not in shut]
    patients = people_of(view.connection, {person_id for _, person_id, _ in open_ones})
    return _panel(view, [(run, patients[person_id], live) for run, person_id, live in open_ones])


def patient_panel(view: View, person: Person) -> Panel | None:
    """The session of one patient that is ready or runs; None without one."""
    running = view.desk.running(person.id)
    return _panel(view, [(running[0], person, running[1])] if running else [])


def _panel(view: View, running: Sequence[Running]) -> Panel | None:
    stops = [(who, stop_address(who.id, run, live, viewer=view.viewer)) for run, who, live in running]
    return (
        Panel(template="adjust/running.html", context={"stops": stops}, comes_first=True) if stops else None
    )
