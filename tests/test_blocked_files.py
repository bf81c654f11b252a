"""Files that are blocked for days: found again by lane and file, also after a reboot, however many there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.blocked_files import BlockedFiles

DAYS, NOW = 396_749.0, 1.8e9


def table() -> BlockedFiles:
    return BlockedFiles([0.0] * (BlockedFiles.SIZE + 5), 5)


@given(st.lists(st.tuples(st.text(max_size=3), st.floats(1.0, 1e6)), min_size=1, max_size=40))
def test_each_file_is_blocked_for_as_long_as_was_said_last(blocks):
    one = table()

    for file, seconds in blocks:
        one.add(("TIER_1", file), seconds, 0.0, NOW)

    for file, seconds in dict(blocks).items():
        assert one.until(("TIER_1", file), NOW) == seconds
        assert one.until(("TIER_2", file), NOW) == 0.0


def test_after_an_hour_it_is_time_to_ask_again_and_what_is_said_then_counts():
    one = table()
    one.add(("TIER_1", "moved?"), DAYS, 0.0, NOW)

    assert one.until(("TIER_1", "moved?"), NOW + 3599) == DAYS
    assert one.until(("TIER_1", "moved?"), NOW + 3601) == 0.0

    one.add(("TIER_1", "moved?"), DAYS - 3601, 3601.0, NOW + 3601)
    assert one.until(("TIER_1", "moved?"), NOW + 3602) == DAYS


def test_when_the_table_is_full_the_block_that_ends_first_gives_way():
    one = table()
    for number in range(64):
        one.add(("TIER_1", str(number)), 100.0 + number, 0.0, NOW)

    one.add(("TIER_1", "new"), 500.0, 0.0, NOW)

    assert one.until(("TIER_1", "0"), NOW) == 0.0
    assert one.until(("TIER_1", "1"), NOW) == 101.0
    assert one.until(("TIER_1", "new"), NOW) == 500.0


def test_a_block_outlives_a_reboot_by_its_unix_time_and_what_is_over_or_absurd_does_not():
    one = table()
    one.add(("TIER_1", "days"), DAYS, 7e6, NOW)
    one.add(("TIER_1", "over"), 10, 7e6, NOW)
    one.add(("TIER_1", "nan"), float("nan"), 7e6, NOW)
    one.add(("TIER_1", "centuries"), 1e12, 7e6, NOW)

    one.restart(3.0, NOW + 60)

    ends = [one.until(("TIER_1", name), NOW + 60) for name in ("days", "over", "nan", "centuries")]
    assert ends == [3.0 + DAYS - 60, 0.0, 0.0, 0.0]
