"""What is done about a checkpoint that was found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.found import Found
from exfig_mp.generation import Manifest
from exfig_mp.labels import API_LABEL
from exfig_mp.resume import MAX_AGE, changes, choose, damage, decide, parse_age

HOUR = 3600.0


def found(age: float = HOUR, *, same_config: bool = True, before=None, now=None, own: bool = True) -> Found:
    when = "2026-01-01T00:00:00Z"
    return Found(Manifest("id", when, when, "hash", entries=before or {}), age, same_config, now or {}, own=own)


@pytest.mark.parametrize("wish", ["no", "restart"])
def test_without_a_checkpoint_a_run_begins_without_a_word(wish):
    assert decide(None, wish).choice == "start_over"
    assert decide(None, wish).reason == ""


@pytest.mark.parametrize("wish", ["resume", "force"])
def test_resuming_from_nothing_begins_and_says_so(wish):
    assert decide(None, wish).choice == "start_over"
    assert "no checkpoint" in decide(None, wish).reason


def test_a_run_that_does_not_want_to_resume_throws_the_checkpoint_away_and_says_how_not_to():
    assert decide(found(), "no").choice == "start_over"
    assert "--resume" in decide(found(), "no").reason


A, B = {"a.yaml ios.icons": "1", API_LABEL: "2"}, {"my b.yaml web.colors": "3", API_LABEL: "2"}


def test_a_checkpoint_of_other_configs_is_none_of_this_runs_business():
    others = found(same_config=False, before=A, now=B, own=False)
    old = found(2 * MAX_AGE, same_config=False, before=A, now=B, own=False)

    assert others.is_of_others
    assert decide(others, "no") == decide(old, "no") == decide(None, "no")
    assert decide(others, "resume").choice == "start_over"
    assert decide(others, "resume").reason.startswith("the checkpoint here is of a.yaml, and stays; starting from")
    assert "--resume=force goes on from a copy of it" in decide(others, "resume").reason
    assert decide(old, "resume") == decide(None, "resume"), "nothing could go on from it"
    assert decide(others, "force").choice == "go_on"
    assert (
        decide(others, "force").reason == "the checkpoint is of a.yaml; going on from a copy of it all the same (force)"
    )
    assert "checkpoint of a.yaml is 2 days old" in decide(old, "force").reason


def test_a_checkpoint_that_other_configs_have_in_common_with_this_run_stays_and_is_spoken_of():
    theirs = found(same_config=False, before=A | B, now=B, own=False)
    old = found(2 * MAX_AGE, same_config=False, before=A | B, now=B, own=False)
    others = found(same_config=False, before=A, now=B, own=False)

    assert not theirs.is_of_others
    assert choose((others, theirs), "no")[0] is theirs
    assert decide(theirs, "no").reason.startswith(
        "an earlier run of a.yaml, my b.yaml was not finished; its checkpoint stays"
    )
    assert decide(old, "no").reason == ""
    assert decide(theirs, "resume").choice == "ask"
    changed = "the configuration has changed since the checkpoint of a.yaml, my b.yaml (a.yaml ios.icons is gone)"
    assert decide(theirs, "resume").reason == changed
    assert decide(theirs, "force").choice == "go_on"
    assert decide(theirs, "force").reason == f"{changed}; going on from a copy of it all the same (force)"


def test_a_checkpoint_of_the_same_configs_is_thrown_away_by_a_run_that_does_not_ask_for_it():
    ours = found(same_config=False, before=B, now=B | {"my b.yaml web.colors": "4"})

    assert not ours.is_of_others
    assert decide(ours, "no").reason.startswith(
        "an earlier run of my b.yaml was not finished; its checkpoint is thrown away"
    )
    assert "(--resume=force would go on)" in decide(ours, "no").reason


def test_of_many_configs_of_an_earlier_run_some_are_named_and_all_are_counted():
    many = {f"{name}.yaml ios.icons": "1" for name in "abcde"}

    assert "run of a.yaml, b.yaml, c.yaml, 2 more was not" in decide(found(before=many, now=many), "no").reason


@pytest.mark.parametrize(("age", "same_config"), [(HOUR, True), (HOUR, False), (90 * HOUR, True), (90 * HOUR, False)])
def test_restart_begins_anew_whatever_was_found(age, same_config):
    assert decide(found(age, same_config=same_config), "restart").choice == "start_over"


@pytest.mark.parametrize("wish", ["resume", "force"])
def test_a_checkpoint_of_the_same_configuration_is_gone_on_from(wish):
    assert decide(found(), wish).choice == "go_on"
    assert decide(found(), wish).reason == ""


@pytest.mark.parametrize("wish", ["resume", "force"])
def test_a_checkpoint_is_good_for_24_hours(wish):
    assert decide(found(MAX_AGE), wish).choice == "go_on"
    assert decide(found(MAX_AGE + 1), wish).choice == "start_over"
    assert "24 hours old" in decide(found(MAX_AGE + 1), wish).reason
    assert "--checkpoint-max-age" in decide(found(MAX_AGE + 1), wish).reason


def test_the_age_may_be_set():
    assert decide(found(2 * HOUR), "resume", max_age=HOUR).choice == "start_over"
    assert decide(found(48 * HOUR), "resume", max_age=72 * HOUR).choice == "go_on"


def test_a_changed_configuration_is_for_a_person_to_decide():
    decision = decide(found(same_config=False), "resume")

    assert decision.choice == "ask"
    assert "configuration has changed" in decision.reason


def test_force_goes_on_in_spite_of_a_changed_configuration_and_says_so():
    decision = decide(found(same_config=False), "force")

    assert decision.choice == "go_on"
    assert "configuration has changed" in decision.reason


def test_the_question_says_what_has_changed():
    before = {"app.yaml ios.icons": "1", "app.yaml ios.images": "2", "app.yaml web.icons": "3"}
    now = {"app.yaml ios.icons": "9", "app.yaml web.icons": "3", "app.yaml web.images": "4"}

    for wish in ("resume", "force"):
        reason = decide(found(same_config=False, before=before, now=now), wish).reason
        assert "(app.yaml ios.icons changed; app.yaml web.images is new; app.yaml ios.images is gone)" in reason


def test_of_many_changes_some_are_named_and_all_are_counted():
    said = changes({"a": "1"}, {"a": "1", **{f"new {number}": "1" for number in range(1006)}})

    assert said.startswith("new 0 is new; new 1 is new")
    assert said.endswith("; 1,000 more")


LABELS = st.dictionaries(st.sampled_from("abcde"), st.sampled_from("12"))


@given(LABELS, LABELS)
def test_what_has_changed_is_said_unless_one_side_is_unknown(before, now):
    assert bool(changes(before, now)) == (bool(before) and bool(now) and before != now)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("24", 86_400), ("1.5", 5400), ("24h", 86_400), ("0", 0), (" 7 D ", 604_800), ("90m", 5400), ("90min", 5400)],
)
def test_an_age_is_in_hours_unless_it_has_a_unit(text, seconds):
    assert parse_age(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "-1", "1w", "1h30m", "nan", "inf", "1e9", "9" * 400])
def test_what_is_no_age_is_told_what_one_looks_like(text):
    with pytest.raises(ValueError, match="24h"):
        parse_age(text)


@pytest.mark.parametrize(
    ("age", "words"),
    [(61.0, "61 seconds old"), (90.0, "90 seconds old"), (90 * 60.0, "90 minutes old"), (90 * HOUR, "4 days old")],
)
def test_an_age_is_said_in_a_unit_that_fits(age, words):
    assert words in decide(found(age), "resume", max_age=60.0).reason


@pytest.mark.parametrize(
    ("max_age", "words"), [(0.0, "0 seconds)"), (1.0, "1 second)"), (1.4, "1 second)"), (2.0, "2 seconds)")]
)
def test_one_second_is_one_second(max_age, words):
    assert decide(found(90.0), "resume", max_age).reason.endswith(words)


OLD, OTHER, GOOD = found(90 * HOUR), found(same_config=False), found()


@pytest.mark.parametrize(
    ("there", "wish", "chosen", "choice"),
    [
        ((), "resume", None, "start_over"),
        ((OTHER, GOOD), "resume", GOOD, "go_on"),
        ((OLD, GOOD), "resume", GOOD, "go_on"),
        ((GOOD, OTHER), "resume", GOOD, "go_on"),
        ((OLD, OTHER), "resume", OTHER, "ask"),
        ((OTHER, GOOD), "force", OTHER, "go_on"),
        ((OLD, OLD), "resume", OLD, "start_over"),
        ((OTHER, GOOD), "no", OTHER, "start_over"),
    ],
)
def test_of_two_checkpoints_the_first_that_is_good_is_gone_on_from(there, wish, chosen, choice):
    one, decision = choose(there, wish)

    assert one is chosen
    assert decision.choice == choice
    assert decision == decide(chosen, wish)


def test_only_damage_that_was_met_is_spoken_of():
    copy, journals = (Found(found().manifest, HOUR, same_config=True, source=source) for source in ("copy", "journals"))

    assert damage(found(), damaged=False) == damage(None, damaged=False) == damage(copy, damaged=False) == ""
    assert "damaged: the one before it is used" in damage(copy, damaged=True)
    assert "damaged: going on by what its journals say" in damage(journals, damaged=True)
    assert "missing: going on by what its journals say" in damage(journals, damaged=False)
    assert "damaged" in damage(None, damaged=True)
