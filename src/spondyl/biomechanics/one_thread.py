"""Small fits and modes on one thread: quicker, and the same to the last bit on machines with more or fewer cores.

The matrices have a few hundred rows; linear algebra that shares them among threads spends four times as much in
waiting, and sums in another order, which a replay on another machine would show.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

P = ParamSpec("P")
R = TypeVar("R")


def on_one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, with BLAS held to one thread while it runs."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with threadpool_limits(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return run
