"""Which of Debian's browsers is started: chromium, or the same one without what draws windows."""

import shutil

_WHOLE, _WINDOWLESS = shutil.which("chromium"), shutil.which("chromium-headless-shell")
_MISSING = "/usr/bin/chromium"  # Playwright says that it is not there

QUICK = _WINDOWLESS or _WHOLE or _MISSING
"""For tests of what a page does: it takes a third of the processor time."""
WHOLE = _WHOLE or _WINDOWLESS or _MISSING
"""For measuring what a person's browser does."""
