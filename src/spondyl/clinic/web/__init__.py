"""The clinic's web application: one folder a feature, one shell around them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from spondyl.clinic.web.services import Services


def create_app(services: "Services") -> "FastAPI":
    """The clinic's application. The caller has brought the database to its newest form."""
    # Not above: whoever needs one small file of this package must not import every feature, which may need them.
    from spondyl.clinic.web.app import create_app as build

    return build(services)


__all__ = ["create_app"]
