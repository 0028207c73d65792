"""Visitors take turns: two of their requests are worked on at a time, and nobody else waits for them."""

import asyncio
from threading import Event, Lock
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from spondyl.clinic.web.few_at_once import MOST_AT_ONCE, FewAtOnce


class Rush:
    """An application with a public page that takes as long as it is told, and a page of the staff."""

    def __init__(self) -> None:
        self.leave, self.full = Event(), Event()
        self._lock = Lock()
        self.inside = self.most = 0
        public = APIRouter(prefix="/public", route_class=FewAtOnce)
        public.add_api_route("/page/{number}", self._page)
        self.app = FastAPI()
        self.app.include_router(public)
        self.app.add_api_route("/staff", lambda: "at once")

    def _page(self, number: int) -> int:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside == MOST_AT_ONCE:
                self.full.set()
        assert self.leave.wait(20)
        with self._lock:
            self.inside -= 1
        return number


async def _rushed(rush: Rush) -> tuple[list[Any], Any, int]:
    transport = httpx.ASGITransport(app=rush.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://clinic") as client:
        visitors = [asyncio.create_task(client.get(f"/public/page/{number}")) for number in range(64)]
        assert await asyncio.to_thread(rush.full.wait, 20)
        staff = (await asyncio.wait_for(client.get("/staff"), 20)).json()
        answered_before = sum(task.done() for task in visitors)
        rush.leave.set()
        return [(await task).json() for task in visitors], staff, answered_before


@pytest.mark.timeout(60)
def test_sixty_four_visitors_take_turns_and_staff_do_not_wait_for_them() -> None:
    rush = Rush()
    answers, staff, answered_before = asyncio.run(_rushed(rush))
    assert staff == "at once"
    assert answered_before == 0  # staff was answered while every visitor still waited
    assert answers == list(range(64))
    assert rush.most == MOST_AT_ONCE


def test_a_route_that_is_no_plain_function_is_refused() -> None:
    async def own_loop() -> str:
        return "never in a thread"

    with pytest.raises(TypeError, match="own_loop"):
        FewAtOnce("/", own_loop)
