"""The analysis says of all failures what, where, since when and what to do, each counted once."""

from __future__ import annotations

import json
from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.abort import COUNTED, Verdict
from exfig_mp.analysis import ADVICE, Analysis, Group, Incident, Share, analyse
from exfig_mp.model import Cause, Failure

NOON = 1767268800.0  # 2026-01-01T12:00:00Z
OUTAGE = Verdict("failures", "25 of the last 25 operations failed", NOON + 10, NOON + 40, 25, 25)

# Not `st.builds`, which evaluates the annotations of what it builds.
incidents = st.tuples(
    st.builds(
        Failure, st.sampled_from(get_args(Cause)), st.sampled_from(["it broke", "no"]), st.sampled_from(["", "mend it"])
    ),
    st.integers(0, 100).map(lambda seconds: NOON + seconds),
    st.sampled_from(["", "a.example", "b.example"]),
    st.sampled_from([(), ("a.yaml",), ("a.yaml", "b.yaml")]),
).map(lambda parts: Incident(*parts))


def incident(cause: Cause, at: float = NOON, message: str = "it broke", **more) -> Incident:
    advice = more.pop("advice", "")
    return Incident(Failure(cause, message, advice), at, **more)


def test_failures_are_grouped_by_cause_with_hosts_configs_and_times():
    analysis = analyse(
        [
            incident("server", NOON + 7, "HTTP 503", host="s3.example", configs=("a.yaml", "b.yaml"), advice="wait"),
            incident("disk", NOON + 3, "no space left", configs=("b.yaml",)),
            incident("server", NOON + 5, "HTTP 500", host="s3.example", configs=("b.yaml",), advice="wait"),
            incident("server", NOON + 9, "HTTP 503", host="cdn.example", configs=("b.yaml",)),
        ]
    )

    assert analysis == Analysis(
        4,
        (
            Group(
                "server",
                3,
                "2026-01-01T12:00:05+00:00",
                "2026-01-01T12:00:09+00:00",
                "HTTP 503",
                "wait",
                hosts=(Share("s3.example", 2), Share("cdn.example", 1)),
                configs=(Share("b.yaml", 3), Share("a.yaml", 1)),
            ),
            Group(
                "disk",
                1,
                "2026-01-01T12:00:03+00:00",
                "2026-01-01T12:00:03+00:00",
                "no space left",
                ADVICE["disk"],
                hosts=(),
                configs=(Share("b.yaml", 1),),
            ),
        ),
    )


def test_of_an_aborted_run_only_what_failed_since_the_outage_began_is_analysed():
    found = [incident("disk", NOON), incident("network", OUTAGE.since), incident("network", NOON + 20)]

    analysis = analyse(found, OUTAGE)

    assert [(group.cause, group.count) for group in analysis.groups] == [("network", 2)]
    assert (analysis.count, analysis.reason, analysis.since) == (2, OUTAGE.reason, "2026-01-01T12:00:10+00:00")
    assert analysis.advice == "--abort-failure-rate 0 lets a run go on, however much fails"


def test_a_failure_begins_with_its_first_attempt_and_ends_with_its_last():
    late = Incident(Failure("network", "reset", attempts=5, since=NOON + 15), NOON + 30)
    early = Incident(Failure("network", "reset", attempts=2, since=NOON + 18), NOON + 20)

    analysis = analyse([early, late], OUTAGE)

    (group,) = analysis.groups
    assert (group.first_at, group.last_at) == ("2026-01-01T12:00:15+00:00", "2026-01-01T12:00:30+00:00")
    assert analysis.since == "2026-01-01T12:00:10+00:00"
    blamed = analyse([Incident(Failure("network", "reset", since=NOON + 3), NOON + 12)], OUTAGE)
    assert blamed.since == "2026-01-01T12:00:03+00:00"
    other = analyse([Incident(Failure("null_render", "nothing", since=NOON + 3), NOON + 12)], OUTAGE)
    assert other.since == "2026-01-01T12:00:10+00:00", "what does not count for the outage is not its beginning"


def test_dead_workers_are_explained_even_if_no_item_failed():
    analysis = analyse([], Verdict("crashes", "3 worker processes died within 300 s", NOON, NOON, 3, 3))

    assert analysis.groups == ()
    assert "fewer --workers" in analysis.advice
    assert "--abort-crashes 0" in analysis.advice


def test_advice_on_dead_workers_is_given_once():
    verdict = Verdict("crashes", "3 worker processes died within 300 s", NOON, NOON, 3, 3)

    analysis = analyse([incident("crashed")], verdict)

    said = [analysis.advice, *(group.advice for group in analysis.groups)]
    assert " ".join(said).count("fewer --workers") == 1


def test_a_config_that_is_named_twice_by_a_failure_counts_once():
    assert analyse([incident("disk", configs=("a", "a"))]).groups[0].configs == (Share("a", 1),)


def test_every_cause_that_can_end_a_run_has_advice():
    assert set(ADVICE) >= COUNTED


@given(st.lists(incidents))
def test_every_failure_is_in_exactly_one_group(found):
    analysis = analyse(found)

    assert analysis.count == len(found) == sum(group.count for group in analysis.groups)
    assert len({group.cause for group in analysis.groups}) == len(analysis.groups)
    counts = [group.count for group in analysis.groups]
    assert counts == sorted(counts, reverse=True)
    for group in analysis.groups:
        of_cause = [one for one in found if one.failure.cause == group.cause]
        assert sum(share.count for share in group.hosts) == sum(bool(one.host) for one in of_cause)
        assert sum(share.count for share in group.configs) == sum(len(one.configs) for one in of_cause)
        assert group.first_at <= group.last_at


@given(st.lists(incidents), st.randoms())
def test_the_order_of_failures_does_not_matter(found, dice):
    shuffled = sorted(found, key=lambda _: dice.random())

    assert analyse(found, OUTAGE) == analyse(shuffled, OUTAGE)


def test_the_report_can_hold_an_analysis():
    body = json.loads(msgspec.json.encode(analyse([incident("disk")], None)))

    assert body["groups"][0]["firstAt"] == "2026-01-01T12:00:00+00:00"
