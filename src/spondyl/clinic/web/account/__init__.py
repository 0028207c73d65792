"""One's own account: password, passkeys, single sign-on."""

from spondyl.clinic.web.account import own, passkey, single_sign_on
from spondyl.clinic.web.feature import Feature

FEATURE = Feature(name="account", routers=(own.router, passkey.router, single_sign_on.router))
