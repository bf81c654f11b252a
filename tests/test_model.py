"""Renders are named by what Figma would draw; everything that crosses a process border survives the way."""

from __future__ import annotations

import msgspec
import pytest

from exfig_mp.model import (
    Beat,
    Done,
    Failed,
    Failure,
    FromWorker,
    Job,
    Node,
    Ready,
    Render,
    Results,
    Retried,
    Shard,
    Stop,
    ToWorker,
)

NODE = Node("file", "1", "1:2")
RENDER = Render(NODE, "png", scale=2.0)
OTHERS = [
    Render(Node("other", "1", "1:2"), "png", scale=2.0),
    Render(Node("file", "2", "1:2"), "png", scale=2.0),
    Render(Node("file", "1", "1:3"), "png", scale=2.0),
    Render(NODE, "jpg", scale=2.0),
    Render(NODE, "png", scale=3.0),
    Render(NODE, "png", scale=2.0, use_absolute_bounds=False),
    Render(NODE, "png", scale=2.0, svg_include_id=True),
    Render(NODE, "png", scale=2.0, svg_simplify_stroke=True),
]
JOB = Job("id", "https://x.figma.com/1", "svg", ("/a/ä\udc80.svg", "/b.svg"))
FAILURE = Failure("server", "it said 503", "wait", attempts=5)


def test_equal_renders_have_one_id():
    assert Render(Node("file", "1", "1:2"), "png", scale=2).id == RENDER.id


@pytest.mark.parametrize("other", OTHERS, ids=str)
def test_renders_that_differ_in_anything_have_different_ids(other):
    assert other.id != RENDER.id


def test_render_ids_are_the_same_in_every_version_of_the_program():
    # Checkpoints and caches of earlier versions name renders by this id.
    assert RENDER.id == "408f295585319e6dbb2585f1024ef46c"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (Shard((JOB,)), ToWorker),
        (Stop(), ToWorker),
        (Ready(17), FromWorker),
        (Results((Done("id", 3, "abc", 2), Failed("id", FAILURE))), FromWorker),
        (Retried("id", 1, 0.5, "HTTP 503"), FromWorker),
        (Beat(3_000_000_000), FromWorker),
    ],
    ids=lambda value: type(value).__name__,
)
def test_messages_between_processes_come_out_as_they_went_in(message, kind):
    if isinstance(message, Shard):
        message = Shard((msgspec.structs.replace(JOB, destinations=("/a/ä.svg",)),))

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=kind) == message
