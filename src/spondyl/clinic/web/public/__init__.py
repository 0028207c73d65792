"""The public pages: book a visit without an account, change or cancel it by a signed link."""

from spondyl.clinic.web.feature import Feature
from spondyl.clinic.web.public import book, times, visit

FEATURE = Feature(name="public", routers=(times.router, book.router, visit.router))
