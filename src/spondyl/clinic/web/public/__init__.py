"""The public pages: book a visit without an account, change or cancel it by a signed link."""

from spondyl.clinic.web.feature import Feature
from spondyl.clinic.web.public import book, visit

FEATURE = Feature(name="public", routers=(book.router, visit.router))
