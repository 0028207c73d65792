"""The films' long-lived objects of one application."""

from typing import Annotated

from fastapi import Depends, Request

from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.services import Services


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


Films = Annotated[FilmService, Depends(film_service_of)]
