"""When campaigns run."""

import time

import pytest

from mailwright.model.schedule import following, parse, runs
from mailwright.model.times import DAY, MINUTE, iso, parse_iso


def minutes(text: str, day: str) -> list[str]:
    start = parse_iso(day)
    return [iso(run)[11:16] for run in runs(text, start - 1, start + DAY - 1)]


def test_an_instant_runs_once_and_only_in_its_window():
    at = parse_iso("2026-11-27T09:00:00Z")
    assert runs("2026-11-27T09:00:00Z", at - 5 * MINUTE, at) == [at]
    assert runs("2026-11-27T09:00:00Z", at, at + 5 * MINUTE) == []
    assert following("2026-11-27T09:00:00Z", at - 1) == at
    assert following("2026-11-27T09:00:00Z", at) is None


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("0 9 * * *", "2026-11-22", ["09:00"]),
        ("*/20 8-9 * * *", "2026-11-22", ["08:00", "08:20", "08:40", "09:00", "09:20", "09:40"]),
        ("5/30 7 * * *", "2026-11-22", ["07:05", "07:35"]),
        ("0 1,13 * * 0", "2026-11-22", ["01:00", "13:00"]),  # a Sunday
        ("0 1,13 * * 7", "2026-11-22", ["01:00", "13:00"]),
        ("0 9 * * 1-5", "2026-11-22", []),
        ("0 9 1 * *", "2026-11-22", []),
        ("0 9 1 * 0", "2026-11-22", ["09:00"]),  # either the date or the weekday
        ("0 9 22 11 1", "2026-11-22", ["09:00"]),
        ("0 9 22 12 *", "2026-11-22", []),
    ],
)
def test_cron_lines_mean_what_crontab_means(text, day, expected):
    assert minutes(text, day) == expected


def test_consecutive_windows_see_every_run_exactly_once():
    start = parse_iso("2028-02-27T00:02:13Z")
    seen = [
        run
        for window in range(start, start + 4 * DAY, 5 * MINUTE)
        for run in runs("*/7 */3 29,1 2,3 *", window - 5 * MINUTE, window)
    ]
    assert seen == runs("*/7 */3 29,1 2,3 *", start - 5 * MINUTE, start + 4 * DAY - 5 * MINUTE)
    assert len(seen) == len(set(seen)) == 144


def test_the_next_run_is_found_even_when_it_is_years_away_and_never_when_there_is_none():
    after = parse_iso("2026-11-22T00:00:00Z")
    assert iso(following("0 0 29 2 *", after) or 0) == "2028-02-29T00:00:00.000Z"
    assert following("0 0 31 2 *", after) is None


@pytest.mark.parametrize(
    "text", ["60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *",
             "x * * * *", "1,,2 * * * *", "* * * *", "tomorrow", "", "-1 * * * *", "* * * * MON"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused_with_the_words_that_are_wrong(text):
    with pytest.raises(ValueError, match=r"is no |is neither"):
        parse(text)


def test_runs_do_not_depend_on_the_time_zone_of_the_machine(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        assert minutes("30 23 * * *", "2026-11-01") == ["23:30"]
    time.tzset()
