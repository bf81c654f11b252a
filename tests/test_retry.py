"""Delays grow, are capped and spread; Retry-After is understood in both forms, in any time zone, or not at all."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.retry import TRANSIENT_STATUSES, RetryPolicy, parse_retry_after
from tests.conformance import cases

NOW = datetime(2033, 11, 6, 8, 49, 30, tzinfo=UTC).timestamp()


def test_delays_are_1_2_4_and_8_seconds():
    assert [RetryPolicy().delay(retry, 0.5) for retry in range(6)] == [1, 2, 4, 8, 16, 30]


@given(st.integers(0, 10**9), st.floats(0, 1, exclude_max=True))
def test_a_delay_is_within_a_fifth_of_the_capped_power_of_two(retry, dice):
    whole = min(2.0 ** min(retry, 10), 30)

    assert 0.8 * whole - 1e-9 <= RetryPolicy().delay(retry, dice) <= 1.2 * whole + 1e-9


@given(st.integers(0, 100), st.floats(0, 0.99), st.floats(0.001, 0.01))
def test_the_dice_spread_delays(retry, dice, more):
    policy = RetryPolicy()

    assert policy.delay(retry, dice + more) > policy.delay(retry, dice)


def test_no_retries_means_one_attempt():
    assert not RetryPolicy(retries=0).allows(0)


@pytest.mark.parametrize("case", cases("retry_policy", where=lambda case: case["op"] == "should_retry"))
def test_conforms_to_should_retry(case):
    given_ = case["input"]

    assert RetryPolicy(retries=given_["maxRetries"]).allows(given_["attempt"]) is case["expected"]


@pytest.mark.parametrize("case", cases("retry_policy", where=lambda case: case["op"] == "delay"))
def test_conforms_to_delay(case):
    given_ = case["input"]
    if given_.get("retryAfter") is not None:
        # A 429 that says for how long is no retry: the gate is closed for just that time, whatever the cap.
        assert parse_retry_after(f"{given_['retryAfter']:g}", NOW) == case["expected"]
        return
    policy = RetryPolicy(cap=given_.get("maxDelay", 30.0), jitter=given_["jitterFactor"])

    assert {policy.delay(given_["attempt"], dice / 20) for dice in range(20)} == {case["expected"]}


@pytest.mark.parametrize("case", cases("retry_policy", where=lambda case: case["op"] == "delay_range"))
def test_conforms_to_delay_range(case):
    given_, expected = case["input"], case["expected"]
    policy = RetryPolicy(jitter=given_["jitterFactor"])

    delays = [policy.delay(given_["attempt"], dice / given_["samples"]) for dice in range(given_["samples"])]

    assert expected["min"] <= min(delays) < max(delays) <= expected["max"]
    assert len(set(delays)) > expected["distinct_more_than"]


@pytest.mark.parametrize(
    "case", cases("retry_policy", where=lambda case: "status" in case["input"] and case["op"] == "is_retryable")
)
def test_conforms_to_what_is_retryable(case):
    status = case["input"]["status"]

    assert (status in TRANSIENT_STATUSES or status == 429) is case["expected"]


@pytest.mark.parametrize("case", cases("retry_after", where=lambda case: case["op"] == "parse_header"))
def test_conforms_to_retry_after(case):
    assert parse_retry_after(case["input"]["header"], NOW) == case["expected"]


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 2033 08:49:37 GMT",
        "Sunday, 06-Nov-33 08:49:37 GMT",
        "Sun Nov  6 08:49:37 2033",
        "Sun, 06 Nov 2033 08:49:37 -0000",
        "Sun, 06 Nov 2033 09:49:37 +0100",
    ],
)
def test_all_forms_of_an_http_date_mean_the_same_moment_wherever_we_are(text):
    assert parse_retry_after(text, NOW) == 7.0


@given(st.integers(1, 10**9 - 1))
def test_a_number_and_the_date_of_the_same_moment_mean_the_same(seconds):
    date = format_datetime(datetime.fromtimestamp(NOW + seconds, UTC), usegmt=True)

    assert parse_retry_after(str(seconds), NOW) == parse_retry_after(date, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "0", "-5", "soon", "nan", "inf", "-inf", "1e300", "9" * 400, "٣٠", "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 99 Nov 2033 08:49:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Sun, 06 Nov 0000 08:49:37 GMT", "\x00",
        "Sun, 06 Nov 2033 08:49:37 +99999999", "Sun, 06 Nov 99999999999999 08:49:37 GMT",
    ],
)  # fmt: skip
def test_nonsense_zero_and_the_past_say_nothing(text):
    assert parse_retry_after(text, NOW) is None


@given(st.text(), st.floats(0, 4e9))
def test_whatever_a_header_says_the_answer_is_a_usable_number_or_none(text, now):
    seconds = parse_retry_after(text, now)

    assert seconds is None or 0 < seconds < 10**9
