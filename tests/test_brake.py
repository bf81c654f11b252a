"""What ends a run early, and that whoever waits for it is told."""

from __future__ import annotations

import asyncio

import pytest

from exfig_mp.abort import AbortPolicy
from exfig_mp.brake import Brake
from exfig_mp.model import Failure

RESET = Failure("network", "reset")


def brake(*, fail_fast: bool = False) -> Brake:
    return Brake(AbortPolicy(), fail_fast=fail_fast, wall=lambda: 1.8e9)


@pytest.mark.parametrize("fail_fast", [False, True])
def test_a_failed_item_ends_the_run_only_if_that_is_wanted(fail_fast):
    one = brake(fail_fast=fail_fast)

    one.failed(RESET)

    assert one.reason == ("failFast" if fail_fast else "")


def test_a_full_disk_ends_the_run():
    one = brake()

    reasons = []
    for cause in ("disk", "disk_full"):
        one.failed(Failure(cause, "no"))
        reasons.append(one.reason)

    assert reasons == ["", "diskFull"]


def test_an_outage_ends_the_run_and_says_why():
    one = brake()
    reasons = []
    for result in (None, RESET):
        for _ in range(50):
            one.operation(result)
        reasons.append(one.reason)

    assert reasons == ["", "abort"]
    assert one.verdict is not None
    assert one.verdict.since == 1.8e9


def test_three_dead_workers_end_the_run():
    one = brake()

    reasons = []
    for _ in range(3):
        one.death()
        reasons.append(one.reason)

    assert reasons == ["", "", "abort"]


async def test_the_first_reason_stays_and_who_waits_is_told():
    one = brake()
    waiting = asyncio.create_task(one.pulled())
    await asyncio.sleep(0)
    assert not waiting.done()

    one.pull("signal")
    one.pull("abort")

    await asyncio.wait_for(waiting, 1)
    assert one.reason == "signal"
