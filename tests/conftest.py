"""Fixtures shared by all tests."""

import gc

pytest_plugins = ["films", "clinic_charts", "clinic_apps", "clinic_bookings", "clinic_films", "live_clinic"]


def pytest_collection_finish() -> None:
    """What was imported stays: no search for garbage goes through it again."""
    gc.freeze()
