"""The one writer for bookings, reached by a FastAPI dependency."""

from typing import Annotated

from fastapi import Depends, Request

from spondyl.clinic.chart.writer_queue import WriterQueue


async def writer_of(request: Request) -> WriterQueue:  # async: no thread is needed for it
    """The application's writer: ``writer(work)`` runs ``work(connection)`` in a transaction with others that wait."""
    return request.app.state.writer


Writer = Annotated[WriterQueue, Depends(writer_of)]
