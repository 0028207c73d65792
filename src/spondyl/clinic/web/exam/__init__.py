"""The visit note: examination by groups, one click a normal group, what was done, the signature."""

from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.exam import acts, panels, routes
from spondyl.clinic.web.feature import Feature, PatientTab

FEATURE = Feature(
    name="exam",
    routers=(routes.router, acts.router),
    tabs=(PatientTab(label="Exam", path="exam", roles=(Role.CLINICIAN,)),),
    today=panels.today_panel,
    patient=panels.patient_panel,
)
