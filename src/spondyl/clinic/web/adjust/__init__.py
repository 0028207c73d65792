"""The adjustment page: gate, maximum and rule before; live force, map and dose during; the record after."""

from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.adjust import keeping, record_routes, session_routes, setup_routes
from spondyl.clinic.web.adjust.erase import erase_records
from spondyl.clinic.web.adjust.panels import patient_panel, today_panel
from spondyl.clinic.web.feature import Feature, PatientTab

FEATURE = Feature(
    name="adjust",
    routers=(
        setup_routes.router,
        session_routes.router,
        keeping.router,
        record_routes.router,
        session_routes.lane_router,
    ),
    today=today_panel,
    patient=patient_panel,
    erase=erase_records,
    tabs=(PatientTab(label="Adjust", path="adjust", roles=(Role.CLINICIAN,)),),
)
