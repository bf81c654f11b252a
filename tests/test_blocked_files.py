"""Files that are blocked for days: found again by lane and file, also after a reboot, however many there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.blocked_files import BlockedFiles

DAYS = 396_749.0


def table() -> BlockedFiles:
    return BlockedFiles([0.0] * (BlockedFiles.SIZE + 5), 5)


@given(st.lists(st.tuples(st.text(max_size=3), st.floats(1.0, 1e6)), min_size=1, max_size=40))
def test_each_file_is_blocked_until_its_own_longest_time(blocks):
    one = table()

    for file, until in blocks:
        one.add(("TIER_1", file), until, until)

    for file, _ in blocks:
        assert one.until(("TIER_1", file)) == max(until for other, until in blocks if other == file)
        assert one.until(("TIER_2", file)) == 0.0


def test_when_the_table_is_full_the_block_that_ends_first_gives_way():
    one = table()
    for number in range(64):
        one.add(("TIER_1", str(number)), 100.0 + number, 0.0)

    one.add(("TIER_1", "new"), 500.0, 0.0)

    assert one.until(("TIER_1", "0")) == 0.0
    assert one.until(("TIER_1", "1")) == 101.0
    assert one.until(("TIER_1", "new")) == 500.0


def test_a_block_outlives_a_reboot_by_its_unix_time_and_what_is_over_or_absurd_does_not():
    one = table()
    one.add(("TIER_1", "days"), 7e6 + DAYS, 1.8e9 + DAYS)
    one.add(("TIER_1", "over"), 7e6 + 10, 1.8e9 + 10)
    one.add(("TIER_1", "nan"), 7e6, float("nan"))
    one.add(("TIER_1", "centuries"), 7e12, 1.8e12)

    one.restart(3.0, 1.8e9 + 60)

    ends = [one.until(("TIER_1", name)) for name in ("days", "over", "nan", "centuries")]
    assert ends == [3.0 + DAYS - 60, 0.0, 0.0, 0.0]
