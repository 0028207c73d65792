"""The patient's form before the visit, and what of it the front desk and the clinician see."""

from spondyl.clinic.web.feature import Feature, PatientTab
from spondyl.clinic.web.intake import panels, routes, staff

FEATURE = Feature(
    name="intake",
    routers=(routes.router, staff.router),
    tabs=(PatientTab(label="Intake", path="intake"),),
    today=panels.today_panel,
    patient=panels.patient_panel,
)
