"""What can be stored in one database and not in the other is refused at the door."""

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
UNSTORABLE = "Nothing was saved: what was sent holds a character that no text has (number 0)."


async def check_storable(request: Request) -> None:
    """A dependency of the whole application: refuses a form with NUL in a text or in the name of a file.

    The embedded file would keep it, and such a chart could never be restored to PostgreSQL.
    """
    if request.headers.get("content-type", "").startswith(FORMS):
        sent = (one for _, one in (await request.form()).multi_items())
        texts = (one.filename or "" if isinstance(one, UploadFile) else one for one in sent)
        if any("\0" in one for one in texts):
            raise HTTPException(422, UNSTORABLE)
