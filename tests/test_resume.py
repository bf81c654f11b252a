"""What is done about a checkpoint that was found."""

from __future__ import annotations

import pytest

from exfig_mp.checkpoint import Found, Manifest
from exfig_mp.resume import MAX_AGE, decide

HOUR = 3600.0


def found(age: float = HOUR, *, same_config: bool = True) -> Found:
    return Found(Manifest("id", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "hash"), age, same_config)


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
