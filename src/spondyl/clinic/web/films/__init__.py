"""Films: the list with uploads, the viewer, the reports, and films that nobody has been named for."""

from spondyl.clinic.web.feature import Feature, PatientTab, RailStep
from spondyl.clinic.web.films import act_routes, list_routes, mark_routes, viewer_routes, whose_routes
from spondyl.clinic.web.films.erase import erase_films
from spondyl.clinic.web.films.panel import films_panel

FEATURE = Feature(
    name="films",
    routers=(
        list_routes.router,
        viewer_routes.router,
        act_routes.router,
        mark_routes.router,
        whose_routes.router,
    ),
    rail=(RailStep(label="Films", href="/films", icon="film"),),
    tabs=(PatientTab(label="Films", path="films"),),
    patient=films_panel,
    erase=erase_films,
)
