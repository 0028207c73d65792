"""The plan: findings beside the examination, options by one rule, consent, the sheet to take home, the judgement."""

from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.feature import Feature, PatientTab
from spondyl.clinic.web.plan import consent_routes, panels, referral_routes, routes

FEATURE = Feature(
    name="plan",
    routers=(routes.router, consent_routes.router, referral_routes.router),
    tabs=(PatientTab(label="Plan", path="plan", roles=(Role.CLINICIAN,)),),
    today=panels.today_panel,
    patient=panels.patient_panel,
)
