"""The clinic's web application: one folder a feature, one shell around them."""

from spondyl.clinic.web.app import create_app

__all__ = ["create_app"]
