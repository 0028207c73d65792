"""One's own account: password, passkeys, single sign-on."""

from spondyl.clinic.web.account import own, passkey
from spondyl.clinic.web.feature import Feature

FEATURE = Feature(name="account", routers=(own.router, passkey.router))
