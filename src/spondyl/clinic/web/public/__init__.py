"""The public pages: what is known about each treatment; book a visit without an account, change it by a signed link."""

from spondyl.clinic.web.feature import Feature
from spondyl.clinic.web.public import aids, book, times, visit

FEATURE = Feature(name="public", routers=(times.router, book.router, visit.router, aids.router))
