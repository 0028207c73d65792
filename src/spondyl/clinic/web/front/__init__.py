"""The front of house: sign in, the day's page, health and metrics."""

from spondyl.clinic.web.feature import Feature, RailStep
from spondyl.clinic.web.front import health, recovery, setup, sign_in, today

FEATURE = Feature(
    name="front",
    routers=(sign_in.router, setup.router, recovery.router, today.router, health.router),
    rail=(RailStep(label="Today", href="/today", icon="sun"),),
)
