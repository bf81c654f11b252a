"""The ledger knows of each render what became of it, and of each item whether it is complete."""

from __future__ import annotations

import pytest

from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.ledger import EntryFailure, Ledger
from exfig_mp.model import Asset, Done, Failed, Failure, Items, Node, RemoteFile, Render
from exfig_mp.plan import build_plan
from exfig_mp.planned import plan_entry
from exfig_mp.token_files import TokenFiles

FAILURE = Failure("server", "it said 503")


class Scales:
    """An exporter that wants the given scales of each asset."""

    def __init__(self, folder, scales):
        self._folder = folder
        self._scales = scales

    def files(self, assets):
        return tuple(
            RemoteFile(f"{self._folder}/{asset.name}@{scale}.png", Render(asset.light, "png", scale), asset.source_name)
            for asset in assets
            for scale in self._scales
        )

    def index(self, assets, in_place):  # noqa: ARG002  # the contract's
        return ()


def asset(name: str) -> Asset:
    return Asset(name=name, source_name=name, light=Node("file", "1", name))


def planned(config, kind, scales, *names):
    entry = Entry(
        platform="web", kind=kind, label=f"web.{kind}", selection=Selection(light_file="file", frame="F"),
        naming=Naming(style=""), exporter=Scales(f"{config}-{kind}", scales),
    )  # fmt: skip
    return plan_entry(config, "/p", entry, tuple(asset(name) for name in names))


@pytest.fixture
def ledger():
    """Icons a, b at scales 1 and 2 and an image i in one config; icon a at scale 1 also in another."""
    ledger = Ledger()
    ledger.begin(build_plan([
        planned("a.yaml", "icons", (1, 2), "a", "b"), planned("a.yaml", "images", (3,), "i"),
        planned("b.yaml", "icons", (1,), "a"),
    ]))  # fmt: skip
    return ledger


def key(name: str, scale: float) -> str:
    return Render(Node("file", "1", name), "png", scale).id


def test_a_ledger_without_a_plan_is_empty():
    ledger = Ledger()

    assert (ledger.total, ledger.settled, ledger.items()) == (0, 0, (Items(), Items()))
    assert ledger.owners_of("x") == ()


def test_every_render_is_settled_once_whichever_way(ledger):
    assert (ledger.total, ledger.settled) == (5, 0)

    ledger.settle_done(Done(key("a", 1), 10, "d"))
    ledger.settle_skipped(key("a", 2))
    ledger.settle_failed(key("b", 1), FAILURE)

    assert ledger.settled == 3
    assert ledger.size == 10
    assert [ledger.is_settled(key(name, scale)) for name in "ab" for scale in (1, 2)] == [True, True, True, False]


def test_configs_count_each_render_that_they_want(ledger):
    assert ledger.config_totals == {"a.yaml": 5, "b.yaml": 1}

    ledger.settle_done(Done(key("a", 1), 10, "d"))
    ledger.settle_failed(key("i", 3), FAILURE)

    assert ledger.config_settled == {"a.yaml": 2, "b.yaml": 1}


def test_an_item_is_complete_when_all_its_renders_are_in_place(ledger):
    ledger.settle_done(Done(key("a", 1), 10, "d"))
    completed, pending = ledger.items()
    assert completed.icons == ("b.yaml web.icons a",)
    assert pending.icons == ("a.yaml web.icons a", "a.yaml web.icons b")
    assert pending.images == ("a.yaml web.images i",)

    ledger.settle_skipped(key("a", 2))
    ledger.settle_failed(key("b", 1), FAILURE)
    ledger.settle_done(Done(key("b", 2), 10, "d"))
    ledger.settle_done(Done(key("i", 3), 10, "d"))

    completed, pending = ledger.items()
    assert completed.icons == ("a.yaml web.icons a", "b.yaml web.icons a")
    assert completed.images == ("a.yaml web.images i",)
    assert pending == Items(icons=("a.yaml web.icons b",))


def test_the_owners_of_a_render_are_all_who_want_it(ledger):
    assert [(owner.entry, owner.asset) for owner in ledger.owners_of(key("a", 1))] == [(0, "a"), (2, "a")]


def test_what_is_done_late_counts_once_and_what_fails_late_is_not_done(ledger):
    ledger.settle_done(Done(key("a", 1), 10, "d"))
    ledger.settle_failed(key("a", 2), FAILURE)

    ledger.settle_late(
        [
            Done(key("a", 1), 10, "d"),
            Done(key("a", 2), 10, "d"),
            Done(key("b", 1), 5, "d"),
            Failed(key("b", 2), FAILURE),
        ]
    )

    assert set(ledger.done) == {key("a", 1), key("b", 1)}
    assert set(ledger.failed) == {key("a", 2)}
    assert (ledger.settled, ledger.size, ledger.config_settled["a.yaml"]) == (3, 15, 3)


@pytest.mark.parametrize("kind", ["colors", "typography"])
def test_tokens_are_complete_when_those_of_all_entries_are(kind):
    ledger = Ledger()
    plan = build_plan([generated(f"{config}.yaml", kind) for config in ("a", "b")])
    ledger.begin(plan)
    assert ledger.items() == (Items(), Items())

    for entry in plan.entries:
        ledger.want_tokens(entry.config, entry.entry.label, kind)
    ledger.finish_tokens(plan.entries[0])
    assert ledger.items() == (Items(), whole(kind))

    ledger.finish_tokens(plan.entries[1])
    assert ledger.items() == (whole(kind), Items())

    ledger.entry_failures.append(EntryFailure("b.yaml", "web.tokens", FAILURE))
    assert ledger.items() == (Items(), whole(kind))


def test_colours_and_text_styles_are_told_apart():
    ledger = Ledger()
    plan = build_plan([generated("a.yaml", "colors"), generated("b.yaml", "typography")])
    ledger.begin(plan)
    for entry in plan.entries:
        ledger.want_tokens(entry.config, entry.entry.label, entry.entry.kind)

    ledger.finish_tokens(plan.entries[0])
    ledger.note_generated(plan.entries[0])

    assert ledger.items() == (Items(colors=True), Items(typography=True))
    assert (ledger.token_files, ledger.index_files) == (1, 0)


def whole(kind):
    return Items(colors=kind == "colors", typography=kind == "typography")


def generated(config, kind):
    entry = Entry(
        platform="web",
        kind=kind,
        label="web.tokens",
        selection=Selection(light_file="", frame=""),
        naming=Naming(style=""),
        exporter=TokenFiles(generated=()),
    )
    return plan_entry(config, "/project", entry, ())
