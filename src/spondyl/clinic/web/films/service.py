"""The films' long-lived objects of one application."""

from typing import Annotated

from fastapi import Depends, Request

from spondyl.clinic.chart.films import person_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.restricted import refuse_restricted
from spondyl.clinic.web.services import Services, services_of
from spondyl.clinic.web.viewer import viewer_of


def make_film_service(services: Services) -> FilmService:
    """The films of this clinic; nothing runs until it is started."""
    return FilmService(
        services.engine,
        data_dir=services.data_dir,
        key=services.key_for("films"),
        clock=services.clock,
        dicom=services.settings.dicom.network,
    )


def film_service_of(request: Request) -> FilmService:
    """The application's films."""
    return request.app.state.films


def check_film_restricted(request: Request) -> None:
    """A dependency of every route that names a film: the chart of its patient may be restricted to others."""
    film_id = request.path_params.get("film_id")
    account = viewer_of(request).account
    if not isinstance(film_id, str) or account is None:
        return
    with reading(services_of(request).engine) as connection:
        person_id = person_of(connection, film_id)
        if person_id is not None:
            refuse_restricted(connection, person_id, account)


Films = Annotated[FilmService, Depends(film_service_of)]
