"""The demo clinic: staff of each role, made-up patients with phantom films. Each feature seeds its part."""

from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.demo.seed import seed_demo
from spondyl.clinic.demo.staff import DEMO_PASSWORD, DEMO_STAFF

__all__ = ["DEMO_PASSWORD", "DEMO_STAFF", "DemoClinic", "seed_demo"]
