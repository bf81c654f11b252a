"""Renders go in, each is answered once, in as few calls as Figma can take; what poisons a call fails alone."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exfig_mp.client import Session
from exfig_mp.errors import FigmaError
from exfig_mp.exchange import SessionOptions
from exfig_mp.limiter import Gate, Limiter, LimiterOptions
from exfig_mp.model import Failure, Node, Render
from exfig_mp.ratelimit import Lane, Rate
from exfig_mp.retry import RetryPolicy
from exfig_mp.sources.figma_api import FigmaApi, Images
from exfig_mp.sources.figma_calls import ApiOptions, Caller, Token
from exfig_mp.sources.figma_errors import refusal
from exfig_mp.sources.render_kind import BatchSize, encoded, query_switches
from exfig_mp.sources.render_queue import Drawn, NotDrawn, RenderQueue

LONGEST_URL = 7_500


def render(node: str, form: Any = "svg", key: str = "LightLibrary", scale: float = 1.0) -> Render:
    return Render(Node(key, "1", node), form, scale)


TIMEOUT = FigmaError(refusal(400, "Render timeout, try requesting fewer or smaller images", "renders"), 400)


@dataclass
class Api:
    """Stands in for the API: refuses too much, does not draw some nodes, and keeps what it was asked for."""

    poison: frozenset[str] = frozenset()
    nulls: dict[str, float] = field(default_factory=dict)  # node id: how often it renders nothing
    most: int = 10_000
    room: int = 10_000  # bytes of a URL
    refused: int = 0
    too_much: FigmaError = TIMEOUT
    error: FigmaError | None = None
    error_after: int = 10_000
    calls: list[list[str]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    running: set[tuple[str, str]] = field(default_factory=set)
    most_at_once: int = 0
    finished: int = 0
    seconds: float = 0.0
    drawing_seconds: float = 0.0
    can_name_versions: bool = True

    @staticmethod
    def url(file_key: str, query: str) -> str:
        return f"https://api.figma.com/v1/images/{file_key}?{query}"

    def blocked_for(self, file_key: str) -> float:  # noqa: ARG002  # the contract's
        return 0.0

    async def images(self, file_key: str, query: str, subject: str, *, can_be_split: bool = False) -> Images:
        url = self.url(file_key, query)
        assert url.isascii()
        assert ";" not in url
        ids = parse_qs(query, strict_parsing=True)["ids"][0].split(",")
        assert len(url) <= LONGEST_URL or len(ids) == 1
        assert subject.startswith(f"{len(ids)} renders of" if len(ids) > 1 else "1 render of")
        assert can_be_split is (len(ids) > 1)
        kind = (file_key, query.partition("&ids=")[0])
        assert kind not in self.running  # what one call teaches serves the next
        self.calls.append(ids)
        self.running.add(kind)
        self.most_at_once = max(self.most_at_once, len(self.running))
        await asyncio.sleep(self.seconds)
        self.running.remove(kind)
        self.finished += 1
        if self.error and len(self.calls) > self.error_after:
            raise self.error
        if len(ids) > self.most or len(url) > self.room or self.poison.intersection(ids):
            self.refused += 1
            raise self.too_much
        self.asked.update(ids)
        drawn = {
            one: None if self.asked[one] <= self.nulls.get(one, 0) else f"https://x/{one}" for one in reversed(ids)
        }
        return Images(drawn | {"9:999": "https://x/unasked"}, self.drawing_seconds)


async def answers_of(api: Any, renders: list[Render]) -> list[Drawn | NotDrawn]:
    queue = RenderQueue(api)
    queue.add(renders)
    queue.close()
    return [answer async for answers in queue.answers() for answer in answers]


def ids(count: int, first: int = 0) -> list[str]:
    return [f"1:{number}" for number in range(first, first + count)]


def long_ids(count: int) -> list[str]:
    return [f"I1106:{number};854:14331;854:14303" for number in range(count)]


NODE_IDS = st.one_of(
    st.builds(lambda a, b: f"{a}:{b}", st.integers(0, 99_999), st.integers(0, 99_999)),
    st.builds(
        lambda numbers: "I" + ";".join(f"{a}:{b}" for a, b in numbers),
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=2, max_size=40),
    ),
)


@settings(deadline=None, max_examples=60)
@given(
    nodes=st.lists(NODE_IDS, unique=True, max_size=80), copies=st.integers(1, 8), form=st.sampled_from(["svg", "png"])
)
def test_no_url_is_longer_than_proxies_take_and_every_render_is_answered_once(nodes, copies, form):
    # The same ids again and again, told apart by their last number: hundreds of long ones.
    renders = [render(f"{node}{copy}", form) for node in nodes for copy in range(copies)]
    api = Api()

    answers = asyncio.run(answers_of(api, renders))

    assert [(answer.render, answer.url) for answer in answers if isinstance(answer, Drawn)] == [
        (one, f"https://x/{one.node.id}") for one in renders
    ]
    length = sum(len(one.node.id) + 2 * one.node.id.count(";") + 1 for one in renders)
    assert len(api.calls) <= math.ceil(len(renders) / 100) + 2 * math.ceil(length / 7_000)


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 150),
    poison=st.sets(st.integers(0, 149), max_size=4),
    nulls=st.dictionaries(st.integers(0, 149), st.sampled_from([1.0, math.inf]), max_size=10),
    most=st.sampled_from([1, 7, 60, 10_000]),
)
def test_each_render_is_answered_once_and_only_what_cannot_be_drawn_fails(count, poison, nulls, most):
    api = Api(frozenset(f"1:{n}" for n in poison), {f"1:{n}": times for n, times in nulls.items()}, most)
    renders = [render(node) for node in ids(count)]

    answers = asyncio.run(answers_of(api, renders))

    assert Counter(answer.render for answer in answers) == Counter(renders)
    failed = {answer.render.node.id: answer.failure for answer in answers if isinstance(answer, NotDrawn)}
    lost = {node for node, times in api.nulls.items() if times == math.inf} - api.poison
    assert set(failed) == (api.poison | lost) & set(ids(count))
    assert {node for node, failure in failed.items() if failure.cause == "null_render"} == lost & set(ids(count))
    for node in set(ids(count)) - api.poison:
        assert api.asked[node] <= 2


def test_a_poison_node_costs_few_calls():
    api = Api(frozenset({"1:37"}))

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(100)]))

    assert [answer.render.node.id for answer in answers if isinstance(answer, NotDrawn)] == ["1:37"]
    assert len(api.calls) <= 1 + 2 * 7


def test_batches_grow_while_calls_are_quick():
    api = Api()

    asyncio.run(answers_of(api, [render(node) for node in ids(1500)]))

    assert [len(call) for call in api.calls] == [100, 400, 400, 400, 200]


def test_batches_grow_by_what_figma_took_to_draw_not_by_what_was_waited_before():
    quick, fair, slow = (Api(seconds=0.02, drawing_seconds=seconds) for seconds in (2.0, 5.0, 11.0))

    for api in (quick, fair, slow):
        asyncio.run(answers_of(api, [render(node) for node in ids(500)]))

    assert [len(call) for call in quick.calls] == [100, 400]
    assert [len(call) for call in fair.calls] == [100, 200, 200]
    assert [len(call) for call in slow.calls] == [100] * 5


def test_where_calls_are_few_the_first_one_is_as_large_as_may_be():
    api = Api()
    queue = RenderQueue(api, few_calls=True)  # type: ignore[arg-type]
    queue.add([render(node) for node in ids(500)])
    queue.close()

    async def read() -> int:
        return sum([len(answers) async for answers in queue.answers()])

    assert asyncio.run(read()) == 500
    assert [len(call) for call in api.calls] == [400, 100]


def test_what_one_call_teaches_serves_the_next():
    api = Api(most=30)

    asyncio.run(answers_of(api, [render(node) for node in ids(300)]))

    refused = [len(call) for call in api.calls if len(call) > 30]
    assert refused[:2] == [100, 50]
    assert len(api.calls) < 30


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100), st.integers(1, 400)), max_size=60))
def test_a_batch_has_between_one_and_four_hundred_ids(history):
    size = BatchSize()

    for worked, seconds, wanted in history:
        before = size.ids
        asked = min(wanted, before)
        if worked:
            size.after_success(seconds, asked)
            full_and_quick = seconds < 10 and asked == before
            assert before <= size.ids <= (min(400, 4 * before) if full_and_quick else before)
            # What takes longer than a comfortable time is not what a call grows to.
            assert size.ids * seconds <= 10 * before or size.ids == before
        else:
            size.after_too_much(asked)
            assert size.ids <= max(1, asked // 2)
        assert 1 <= size.ids <= 400


def test_nulls_are_asked_for_once_more_apart_from_the_others_and_then_fail():
    api = Api(nulls={"1:3": 1, "1:5": math.inf, "1:8": math.inf})

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(10)]))

    assert api.calls == [ids(10), ["1:3", "1:5", "1:8"]]
    failed = [answer for answer in answers if isinstance(answer, NotDrawn)]
    assert [answer.render.node.id for answer in failed] == ["1:5", "1:8"]
    assert {(answer.failure.cause, answer.failure.attempts) for answer in failed} == {("null_render", 2)}


def test_nulls_of_many_calls_cost_one_more_call_at_the_end():
    api = Api(nulls={"1:3": 1, "1:150": math.inf, "1:499": 1})

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(500)]))

    assert len(answers) == 500
    assert [len(call) for call in api.calls] == [100, 400, 3]
    assert api.calls[-1] == ["1:3", "1:150", "1:499"]
    assert [answer.render.node.id for answer in answers if isinstance(answer, NotDrawn)] == ["1:150"]


def test_long_ids_of_instances_are_cut_into_urls_by_the_bytes_that_are_sent():
    nodes = [f"I1106:9261;854:14331;854:14303;854:{number};9:9;8:8;7:7;6:6;5:5" for number in range(1000, 1300)]
    api = Api()

    answers = asyncio.run(answers_of(api, [render(node) for node in nodes]))

    assert [answer.render.node.id for answer in answers if isinstance(answer, Drawn)] == nodes
    sent = [sum(len(node) + 2 * node.count(";") + 1 for node in call) for call in api.calls]
    assert all(length > 7_200 for length in sent[:-1])  # and well filled


@pytest.mark.parametrize("status", [400, 500, 502, 503, 504, 0])
def test_what_is_too_much_or_breaks_figma_is_halved_down_to_one_node(status):
    failure = (
        refusal(status, "", "renders") if 400 <= status < 500 else Failure("server" if status else "timeout", "no")
    )
    api = Api(frozenset({"1:5"}), too_much=FigmaError(failure, status))

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(8)]))

    assert [answer for answer in answers if isinstance(answer, NotDrawn)] == [NotDrawn(render("1:5"), failure)]
    assert len(answers) == 8
    assert sorted(len(call) for call in api.calls) == [1, 1, 2, 2, 4, 4, 8]


@pytest.mark.parametrize("status", [413, 414, 431])
@pytest.mark.parametrize("room", [180, 200, 400, 1_000, 2_048, 4_096])
@pytest.mark.parametrize(
    "nodes", [ids(1000), long_ids(200), [*long_ids(60), *ids(1000)]], ids=["short", "long", "both"]
)
def test_how_long_a_url_may_be_is_found_once(status, room, nodes):
    api = Api(room=room, too_much=FigmaError(refusal(status, "", "renders"), status))

    answers = asyncio.run(answers_of(api, [render(node) for node in nodes]))

    assert all(isinstance(answer, Drawn) for answer in answers)
    assert Counter(answer.render.node.id for answer in answers) == Counter(nodes)
    left = room - len(api.url("LightLibrary", query_switches(render("")) + "&ids="))
    longest = max(len(encoded(node)) + 1 for node in nodes)
    fewest = sum(len(encoded(node)) + 1 for node in nodes) / max(left - longest, longest)
    assert api.refused <= 12
    assert len(api.calls) - api.refused <= 1.3 * fewest + 12


def test_long_ids_of_one_file_leave_the_calls_of_another_as_large_as_they_may_be():
    renders = [*(render(node, key="Long") for node in long_ids(300)), *(render(node) for node in ids(3000))]
    api = Api(room=2_048, too_much=FigmaError(refusal(414, "", "renders"), 414))

    answers = asyncio.run(answers_of(api, renders))

    assert Counter(answer.render for answer in answers if isinstance(answer, Drawn)) == Counter(renders)
    assert len(api.calls) <= 35


def test_an_id_that_fits_into_no_url_fails_alone():
    nodes = [*ids(500), f"I{';'.join(ids(60))}", *ids(500, 500)]
    api = Api(room=400, too_much=FigmaError(refusal(414, "", "renders"), 414))

    answers = asyncio.run(answers_of(api, [render(node) for node in nodes]))

    assert [answer.render.node.id for answer in answers if isinstance(answer, NotDrawn)] == [nodes[500]]
    assert len(api.calls) <= 1000 / 40 + 20


@pytest.mark.parametrize("status", [413, 414, 431])
@pytest.mark.parametrize("poisoned", [1, 2, 5])
def test_what_says_too_long_of_one_id_is_about_its_node(status, poisoned):
    sick = frozenset(random.Random(poisoned).sample(ids(1000), poisoned))
    api = Api(poison=sick, too_much=FigmaError(refusal(status, "", "renders"), status))

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(1000)]))

    assert {answer.render.node.id for answer in answers if isinstance(answer, NotDrawn)} == sick
    assert Counter(answer.render.node.id for answer in answers) == Counter(ids(1000))
    assert len(api.calls) <= 10 + poisoned * 2 * 9


@pytest.mark.parametrize("poisoned", [1, 2, 5, 20])
def test_poisoned_nodes_are_no_outage(poisoned):
    sick = frozenset(random.Random(poisoned).sample(ids(1000), poisoned))
    failure = Failure("server", "HTTP 500")
    api = Api(poison=sick, too_much=FigmaError(failure, 500))

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(1000)]))

    assert {answer.render.node.id for answer in answers if isinstance(answer, NotDrawn)} == sick
    assert len(answers) == 1000
    assert len(api.calls) <= 6 + poisoned * 2 * 9


def test_calls_that_must_be_small_are_no_outage():
    api = Api(most=10, too_much=FigmaError(Failure("server", "HTTP 500"), 500))

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(1000)]))

    assert all(isinstance(answer, Drawn) for answer in answers)
    assert len(answers) == 1000


@pytest.mark.parametrize(("cause", "status"), [("server", 503), ("timeout", 0), ("network", 0)])
def test_an_outage_is_not_asked_into_with_ever_smaller_calls(cause, status):
    failure = Failure(cause, "no")
    api = Api(error=FigmaError(failure, status), error_after=1)

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(2000)]))

    assert Counter(answer.render.node.id for answer in answers) == Counter(ids(2000))
    assert {answer.failure for answer in answers if isinstance(answer, NotDrawn)} == {failure}
    assert len(api.calls) <= 13


@pytest.mark.parametrize(("cause", "status"), [("forbidden", 403), ("not_found", 404), ("server", 200)])
def test_what_smaller_calls_do_not_help_is_not_halved(cause, status):
    failure = Failure(cause, "no")
    api = Api(error=FigmaError(failure, status), error_after=0)

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(8)]))

    assert len(api.calls) == 1
    assert answers == [NotDrawn(render(node), failure) for node in ids(8)]


def refused(text: str, ids: int = 1) -> FigmaError:
    return FigmaError(refusal(400, text, f"{ids} renders of file LightLibrary"), 400)


@pytest.mark.parametrize("count", [200, 5000])
def test_a_400_that_every_call_gets_ends_a_kind_after_about_a_dozen_calls_and_no_other_kind(count):
    class Mixed(Api):
        async def images(self, file_key: str, query: str, subject: str, *, can_be_split: bool = False) -> Images:
            answer = await super().images(file_key, query, subject, can_be_split=can_be_split)
            if "format=png" in query:
                raise refused("Bad request")
            return answer

    api = Mixed()
    renders = [render(node, form, key) for node in ids(count) for form, key in (("png", "A"), ("svg", "A"))]

    answers = asyncio.run(answers_of(api, renders))

    assert Counter(answer.render for answer in answers) == Counter(renders)
    failed = [answer for answer in answers if isinstance(answer, NotDrawn)]
    assert {answer.render.format for answer in failed} == {"png"}
    assert len(failed) == count
    assert {answer.failure.cause for answer in failed} == {"error"}
    assert len(api.calls) - count / 400 <= 9 + 3


def test_what_refuses_a_kind_does_not_make_the_calls_of_others_smaller():
    class Mixed(Api):
        async def images(self, file_key: str, query: str, subject: str, *, can_be_split: bool = False) -> Images:
            answer = await super().images(file_key, query, subject, can_be_split=can_be_split)
            if file_key == "A":
                raise refused("Bad request")
            return answer

    async def main() -> list[list[str]]:
        api = Mixed()
        queue = RenderQueue(api)  # type: ignore[arg-type]  # a stand-in
        queue.add([render(node, key="A") for node in ids(100)])
        async for answers in queue.answers():
            if answers and isinstance(answers[0], NotDrawn) and len(answers) > 1:
                api.calls.clear()
                queue.add([render(node, key="B") for node in ids(100)])
                queue.close()
        return api.calls

    assert [len(call) for call in asyncio.run(main())] == [100]


@pytest.mark.parametrize("spoilt", [1, 3])
def test_an_id_that_figma_names_as_invalid_fails_alone_and_costs_one_call_more(spoilt):
    bad = ids(100)[7 : 7 + spoilt]

    class Naming(Api):
        async def images(self, file_key: str, query: str, subject: str, *, can_be_split: bool = False) -> Images:
            asked = parse_qs(query)["ids"][0].split(",")
            first = next((node for node in bad if node in asked), "")
            self.too_much = refused(f"ID {first} is not a valid node_id")
            return await super().images(file_key, query, subject, can_be_split=can_be_split)

    api = Naming(poison=frozenset(bad))

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(100)]))

    assert [answer.render.node.id for answer in answers if isinstance(answer, NotDrawn)] == bad
    assert Counter(answer.render.node.id for answer in answers) == Counter(ids(100))
    assert [len(call) for call in api.calls] == [100 - taken for taken in range(spoilt + 1)]


@pytest.mark.parametrize("poisoned", [1, 2, 5])
def test_nodes_side_by_side_that_take_too_long_are_no_refusal_of_their_kind(poisoned):
    api = Api(frozenset(ids(poisoned)))

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(400)]))

    assert [answer.render.node.id for answer in answers if isinstance(answer, NotDrawn)] == ids(poisoned)
    assert len(answers) == 400


def test_drawings_that_all_take_too_long_end_as_well():
    api = Api(error=TIMEOUT, error_after=0)

    answers = asyncio.run(answers_of(api, [render(node) for node in ids(1000)]))

    assert Counter(answer.render.node.id for answer in answers) == Counter(ids(1000))
    assert len(api.calls) <= 36


def test_a_blocked_file_costs_one_call_and_stops_no_other_file():
    failure = Failure("rate_limit", "no")

    class Mixed(Api):
        async def images(self, file_key: str, query: str, subject: str, *, can_be_split: bool = False) -> Images:
            answer = await super().images(file_key, query, subject, can_be_split=can_be_split)
            if file_key == "Starter":
                raise FigmaError(failure, 429)
            return answer

    api = Mixed()
    renders = [render(node, key=key) for key in ("Starter", "Pro") for node in ids(500)]

    answers = asyncio.run(answers_of(api, renders))

    assert Counter(answer.render for answer in answers) == Counter(renders)
    assert {answer.render.node.file_key for answer in answers if isinstance(answer, Drawn)} == {"Pro"}
    assert {answer.failure for answer in answers if isinstance(answer, NotDrawn)} == {failure}
    assert len(api.calls) == 1 + 2


def test_a_refusal_of_the_token_answers_everything_that_waits_without_a_further_call():
    failure = Failure("auth", "no")
    api = Api(error=FigmaError(failure, 403), error_after=1)
    renders = [render(node) for node in ids(1000)]
    renders += [render(node, "png", scale=scale) for scale in (1, 2, 3, 4) for node in ids(5)]

    answers = asyncio.run(answers_of(api, renders))

    assert Counter(answer.render for answer in answers) == Counter(renders)
    assert {answer.failure for answer in answers if isinstance(answer, NotDrawn)} == {failure}
    assert len(api.calls) <= 3  # those that were under way already


def test_renders_added_after_a_refusal_are_answered_with_it():
    async def main() -> list[Drawn | NotDrawn]:
        queue = RenderQueue(Api(error=FigmaError(Failure("auth", "no"), 403), error_after=0))  # type: ignore[arg-type]
        queue.add([render("1:1")])
        got = []
        async for answers in queue.answers():
            got += answers
            if len(got) == 1:
                queue.add([render("1:2")])
                queue.close()
        return got

    assert [answer.render.node.id for answer in asyncio.run(main())] == ["1:1", "1:2"]


def test_kinds_are_asked_for_apart_and_three_at_once():
    api = Api()
    kinds = [("svg", "A", 1.0), ("svg", "B", 1.0), ("pdf", "A", 1.0), ("png", "A", 1.0), ("png", "A", 2.0)]
    renders = [render(f"{number}:{n}", form, key, scale) for number, (form, key, scale) in enumerate(kinds)
               for n in range(3)]  # fmt: skip

    answers = asyncio.run(answers_of(api, renders))

    assert Counter(answer.render for answer in answers) == Counter(renders)
    assert len(api.calls) == 5
    assert api.most_at_once == 3


def test_renders_may_be_added_while_answers_are_read():
    async def main() -> tuple[list[str], Api]:
        api = Api()
        queue = RenderQueue(api)  # type: ignore[arg-type]  # a stand-in
        got: list[str] = []

        async def read() -> None:
            async for answers in queue.answers():
                got.extend(answer.render.node.id for answer in answers)

        reader = asyncio.create_task(read())
        for number in range(5):
            queue.add([render(f"1:{number}")])
            await asyncio.sleep(0.001)
        assert not reader.done()  # more may come
        queue.close()
        await asyncio.wait_for(reader, 5)
        return got, api

    got, api = asyncio.run(main())
    assert got == ids(5)
    assert sum(map(len, api.calls)) == 5


def test_a_render_may_be_asked_for_again_when_its_url_has_expired():
    async def main() -> list[Drawn | NotDrawn]:
        queue = RenderQueue(Api())  # type: ignore[arg-type]  # a stand-in
        queue.add([render("1:1")])
        got = []
        async for answers in queue.answers():
            got += answers
            if len(got) == 1:
                queue.add([render("1:1")])
                queue.close()
        return got

    assert asyncio.run(main()) == [Drawn(render("1:1"), "https://x/1:1")] * 2


def test_who_stops_reading_leaves_no_call_running():
    async def main() -> None:
        api = Api(seconds=0.05)
        queue = RenderQueue(api)  # type: ignore[arg-type]  # a stand-in
        queue.add([render(node) for node in ids(500)])
        answers: Any = queue.answers()
        await anext(answers)
        pending = asyncio.create_task(anext(answers))
        await asyncio.sleep(0.01)
        pending.cancel()
        await asyncio.wait([pending])
        await answers.aclose()
        await asyncio.sleep(0.1)
        assert (len(api.calls), api.finished) == (2, 1)

    asyncio.run(main())


def test_an_empty_queue_ends_at_once():
    assert asyncio.run(answers_of(Api(), [])) == []


@pytest.mark.parametrize(
    ("one", "query"),
    [
        (render("1:1"), "format=svg&use_absolute_bounds=true&svg_include_id=false&svg_simplify_stroke=false"),
        (render("1:1", "pdf"), "format=pdf&use_absolute_bounds=true"),
        (render("1:1", "png", scale=1.5), "format=png&use_absolute_bounds=true&scale=1.5"),
        (render("1:1", "jpg", scale=3), "format=jpg&use_absolute_bounds=true&scale=3"),
        (
            Render(Node("k", "1", "1:1"), "svg", 1.0, use_absolute_bounds=False, svg_include_id=True),
            "format=svg&use_absolute_bounds=false&svg_include_id=true&svg_simplify_stroke=false",
        ),
    ],
)
def test_the_query_has_the_switches_that_keep_exfigs_pixels(one, query):
    assert query_switches(one) == query


class Nothing:
    """A memory without anything."""

    def recall(self, name: str) -> bytes | None:  # noqa: ARG002  # the contract's
        return None

    def keep(self, name: str, body: bytes) -> None:
        """Forget it."""


async def test_the_simulated_figma_draws_all_but_the_poison_node_and_the_one_that_renders_nothing(faulty, tmp_path):
    figma = faulty()
    nodes = list(figma.ids().values())
    poison, null, twice = nodes[5], nodes[11], nodes[17]
    faulty(
        {"on": "images", "do": "poison", "nodes": [poison]},
        {"on": "images", "do": "null_render", "nodes": [null]},
        {"on": "images", "do": "null_render", "nodes": [twice], "first": 1},
        {"on": "images", "do": "status", "status": 502, "from_request": 2, "requests": 1},
        {"on": "images", "do": "reorder"},
        {"on": "images", "do": "extra_key"},
    )
    limits = LimiterOptions(str(tmp_path / "block"), ceiling=Rate(1000, 1.0))
    options = ApiOptions(origin=figma.api_url, token=Token("figd_simulator"), retry=RetryPolicy(base=0.001))
    with Limiter(limits) as limiter:
        async with Session(SessionOptions(allowed_hosts=("127.0.0.1",))) as session:
            api = FigmaApi(Caller(session, limiter, options, Nothing(), lambda _: None))
            answers = await answers_of(api, [render(node) for node in nodes])

            drawn = {answer.render.node.id: answer.url for answer in answers if isinstance(answer, Drawn)}
            failed = {answer.render.node.id: answer.failure for answer in answers if isinstance(answer, NotDrawn)}
            assert len(answers) == len(nodes)
            assert set(drawn) == set(nodes) - {poison, null}
            assert len(set(drawn.values())) == len(drawn)
            assert set(failed) == {poison, null}
            assert failed[null].cause == "null_render"
            assert "Render timeout" in failed[poison].message
            assert figma.get(drawn[twice]).body == figma.drawing("LightLibrary", twice, "format=svg")
            assert api.calls["images", 1] < 2 * len(nodes)
    assert figma.seen()["violations"] == []


async def test_a_file_that_is_blocked_for_a_while_leaves_its_places_to_others(faulty, tmp_path):
    blocked = {"on": "images", "files": ["Slow"], "do": "rate_limit", "retry_after": 125}
    figma = faulty(blocked, design={"files": [{"key": key, "icons": 4} for key in ("Slow", "Quick")]})
    limits = LimiterOptions(str(tmp_path / "block"), ceiling=Rate(1000, 1.0), max_wait=300)
    options = ApiOptions(origin=figma.api_url, token=Token("figd_simulator"))
    with Limiter(limits) as limiter:
        async with Session(SessionOptions(allowed_hosts=("127.0.0.1",))) as session:
            api = FigmaApi(Caller(session, limiter, options, Nothing(), lambda _: None))
            queue = RenderQueue(api)
            for key, scales in (("Slow", (1, 2, 3, 4)), ("Quick", (1, 2))):
                nodes = figma.ids(key).values()
                queue.add([render(node, "png", key, scale) for scale in scales for node in nodes])
            drawn: Counter[str] = Counter()
            async with asyncio.timeout(20):
                async for answers in queue.answers():
                    drawn.update(answer.render.node.file_key for answer in answers)
                    if drawn["Quick"] == 2 * len(nodes):
                        break

            assert set(drawn) == {"Quick"}
            assert api.blocked_for("Slow") > 60
            assert api.blocked_for("Quick") == 0
            assert 1 <= api.calls["images", 1] - 2 <= 3  # calls about the blocked file: no more than had begun


async def test_a_file_that_is_blocked_for_longer_than_anybody_waits_fails_though_nothing_runs(faulty, tmp_path):
    figma = faulty()
    limits = LimiterOptions(str(tmp_path / "block"), ceiling=Rate(1000, 1.0), max_wait=300)
    options = ApiOptions(origin=figma.api_url, token=Token("figd_simulator"))
    with Limiter(limits) as limiter:
        await limiter.close_gate(Lane.TIER_1, Gate(90_000.0), "LightLibrary")
        async with Session(SessionOptions(allowed_hosts=("127.0.0.1",))) as session:
            api = FigmaApi(Caller(session, limiter, options, Nothing(), lambda _: None))
            answers = await answers_of(api, [render("1:1", "png", scale=scale) for scale in (1, 2, 3, 4)])

    assert {answer.failure.cause for answer in answers if isinstance(answer, NotDrawn)} == {"rate_limit"}
    assert len(answers) == 4
    assert not api.calls
