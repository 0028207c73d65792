"""Claim: a wall time means an instant only if it comes exactly once; sources: libc, and the IANA tables by hand."""

from datetime import UTC, date, datetime

import pytest

import booking_zones
from spondyl.booking import first_reach, instant_of, instants, wall_at, zone_of

LA = "America/Los_Angeles"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def test_a_time_the_clock_jumps_over_means_nothing() -> None:
    assert instants(LA, datetime(2026, 3, 8, 2, 30)) == ()
    assert instants("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15)) == ()  # half an hour only
    assert instant_of("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 30)) == at(2026, 10, 3, 15, 30)


def test_a_time_that_comes_twice_means_nothing_single() -> None:
    assert instants(LA, datetime(2026, 11, 1, 1, 30)) == (at(2026, 11, 1, 8, 30), at(2026, 11, 1, 9, 30))
    assert instant_of(LA, datetime(2026, 11, 1, 1, 30)) is None


def test_an_ordinary_time_goes_there_and_back() -> None:
    assert instant_of(LA, datetime(2026, 7, 1, 9, 0)) == at(2026, 7, 1, 16, 0)
    assert wall_at(LA, at(2026, 7, 1, 16, 0)) == datetime(2026, 7, 1, 9, 0)


@pytest.mark.parametrize(
    ("zone", "day", "minute", "reached"),
    [
        (LA, date(2026, 3, 8), 150, at(2026, 3, 8, 10, 0)),  # 02:30 is jumped over at 02:00 PST
        (LA, date(2026, 11, 1), 90, at(2026, 11, 1, 8, 30)),  # the first of two
        ("Africa/Cairo", date(2026, 4, 23), 1440, at(2026, 4, 23, 22, 0)),  # midnight itself is jumped over
        ("Africa/Cairo", date(2026, 4, 24), 30, at(2026, 4, 23, 22, 0)),
    ],
)
def test_a_bound_is_reached_when_the_clock_first_passes_it(
    zone: str, day: date, minute: int, reached: datetime
) -> None:
    assert first_reach(zone, day, minute) == reached


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ValueError, match="Mars/Olympus"):
        zone_of("Mars/Olympus")


@pytest.mark.parametrize(
    "zone",
    [
        "Africa/Casablanca",
        "Africa/Cairo",
        "America/Havana",
        "America/Nuuk",
        "Australia/Lord_Howe",
        "Asia/Gaza",
        LA,
    ],
)
def test_no_start_is_wrong_or_missing_in_the_odd_zones(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")  # put back after the benchmark has set it
    found = booking_zones.check((zone, 2026, 2026))
    assert (found["wrong"], found["missing"]) == (0, 0)
    assert int(str(found["starts"])) > 34_000


def test_the_comparison_with_libc_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(
        "spondyl.booking.grid.instant_of",
        lambda zone, wall: wall.replace(tzinfo=zone_of(zone)).astimezone(UTC),
    )
    found = booking_zones.check(("America/Denver", 2026, 2026))
    assert int(str(found["wrong"])) >= 4  # the hour that comes twice is offered


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_no_start_is_wrong_or_missing_in_any_zone() -> None:
    assert booking_zones.main([]) == 0
