"""The adjustment page: gate, maximum and rule before; live force, map and dose during; the record after."""

from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.adjust import routes
from spondyl.clinic.web.feature import Feature, PatientTab

FEATURE = Feature(
    name="adjust",
    routers=(routes.router, routes.lane_router),
    tabs=(PatientTab(label="Adjust", path="adjust", roles=(Role.CLINICIAN,)),),
)
