"""Records that leave: the FHIR R4B read API, and the export of one patient."""

from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.feature import Feature, PatientTab
from spondyl.clinic.web.records import fhir_routes, pages

FEATURE = Feature(
    name="records",
    routers=(fhir_routes.router, pages.router),
    tabs=(PatientTab(label="Records", path="records", roles=(Role.CLINICIAN,)),),
)
