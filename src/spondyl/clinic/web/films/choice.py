"""The patients among whom somebody chooses whose film it is."""

from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.known_person import in_open_charts
from spondyl.clinic.chart.people import find_people

MOST_FOUND = 20


def people_to_choose(connection: sa.Connection, query: str) -> dict[str, Any]:
    """For the templates: who was found, what the group is called, and what was looked for."""
    query = query[:100]
    listed = find_people(connection, query, limit=MOST_FOUND)
    found = in_open_charts(connection, listed)
    others = "Found" if query else "Patients"
    if len(listed) == MOST_FOUND:
        others = f"The first {MOST_FOUND}; find others above"
    return {"found": found, "others": others, "q": query, "most": MOST_FOUND}
