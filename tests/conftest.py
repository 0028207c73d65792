"""Fixtures shared by all tests."""

pytest_plugins = ["films", "clinic_charts", "clinic_apps", "clinic_bookings", "clinic_films", "live_clinic"]
