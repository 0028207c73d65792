"""Patients: find, add, change; the overview that every other page of a patient hangs on."""

from spondyl.clinic.web.feature import Feature, PatientTab, RailStep
from spondyl.clinic.web.patients import alike, beside, routes

FEATURE = Feature(
    name="patients",
    routers=(routes.router, beside.router),
    rail=(RailStep(label="Patients", href="/patients", icon="people"),),
    tabs=(PatientTab(label="Overview", path=""),),
    patient=alike.patient_panel,
)
