"""Scores over time: of one patient, and of the clinic with the warning that there is no control group."""

from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.feature import Feature, PatientTab, RailStep
from spondyl.clinic.web.outcomes import routes

FEATURE = Feature(
    name="outcomes",
    routers=(routes.router,),
    rail=(
        RailStep(
            label="Outcomes", href="/outcomes", icon="chart", roles=(Role.CLINICIAN, Role.ADMINISTRATOR)
        ),
    ),
    tabs=(PatientTab(label="Outcomes", path="outcomes", roles=(Role.CLINICIAN,)),),
)
