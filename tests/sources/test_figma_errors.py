"""Each refusal that Figma is known to send has its cause, Figma's own words, and an advice that helps."""

from __future__ import annotations

import pytest

from exfig_mp.errors import FigmaError
from exfig_mp.model import Failure
from exfig_mp.sources.figma_errors import FULL_WEIGHT, invalid_node, is_too_much, refusal, weight

SUBJECT = "components of file AbC"
SCOPE = "Invalid scope(s): files:read. This endpoint requires the file_variables:read scope"


@pytest.mark.parametrize(
    ("status", "text", "cause", "advice"),
    [
        (403, "Invalid token", "auth", "FIGMA_PERSONAL_TOKEN"),
        (403, "Token expired", "auth", "new token"),
        (401, "Token has expired", "auth", "new token"),
        (401, "", "auth", "FIGMA_PERSONAL_TOKEN"),
        (403, SCOPE, "forbidden", "scope"),
        (403, "Limited by Figma plan", "forbidden", "Enterprise"),
        (403, "File not exportable", "forbidden", "owner"),
        (403, "", "forbidden", "share the file"),
        (404, "Not found", "not_found", "file key"),
        (400, "File type not supported by this endpoint", "config", "design file"),
        (400, "Request too large. If applicable, filter by query params.", "config", "split the file"),
        (400, "ID  is not a valid node_id", "error", "report"),
        (405, "", "error", "status page"),
        (418, "I'm a teapot", "error", "status page"),
    ],
)
def test_a_refusal_has_cause_figmas_words_and_advice(status, text, cause, advice):
    failure = refusal(status, text, SUBJECT)

    assert failure.cause == cause
    assert advice in failure.advice
    assert SUBJECT in failure.message
    assert f"HTTP {status}" in failure.message
    assert text in failure.message


@pytest.mark.parametrize("ids", [2, 100])
@pytest.mark.parametrize("status", [400, 413, 414, 431, 500, 502, 503, 504])
def test_what_is_too_long_too_slow_or_spoilt_by_one_node_is_asked_for_in_parts(status, ids):
    assert is_too_much(FigmaError(refusal(status, "", SUBJECT), status), ids=ids)


def test_no_answer_in_time_may_be_too_much_too():
    assert is_too_much(FigmaError(Failure("timeout", "no answer")), ids=2)
    assert not is_too_much(FigmaError(Failure("network", "no answer")), ids=2)


@pytest.mark.parametrize("status", [0, 200, 401, 403, 404, 429])
def test_what_has_nothing_to_do_with_the_number_is_not_too_much(status):
    assert not is_too_much(FigmaError(refusal(status, "Render timeout", SUBJECT), status), ids=50)


@pytest.mark.parametrize("status", [400, 413, 500, 504])
def test_one_node_cannot_be_asked_for_in_parts(status):
    assert not is_too_much(FigmaError(refusal(status, "", SUBJECT), status), ids=1)


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (400, "", FULL_WEIGHT),
        (400, "Bad request", FULL_WEIGHT),
        (400, "Render timeout, try requesting fewer or smaller images", 1),
        (400, "ID 1:2 is not a valid node_id", 1),
        (400, "Request too large.", 0),
        (413, "", 1),
        (414, "", 1),
        (403, "", 0),
        (404, "", 0),
        (429, "", 0),
    ],
)
def test_what_depends_on_the_nodes_says_less_for_an_outage(status, text, expected):
    assert weight(FigmaError(refusal(status, text, SUBJECT), status)) == expected


@pytest.mark.parametrize(
    ("cause", "status", "expected"),
    [("server", 503, 3), ("server", 0, 3), ("timeout", 0, 3), ("network", 0, 3), ("server", 200, 0)],
)
def test_no_answer_says_most_for_an_outage_and_a_wrong_one_nothing(cause, status, expected):
    assert weight(FigmaError(Failure(cause, "no"), status)) == expected


@pytest.mark.parametrize(
    ("status", "text", "node"),
    [
        (400, "ID 1:2 is not a valid node_id", "1:2"),
        (400, "ID I1:2;3:4 is not a valid node_id", "I1:2;3:4"),
        (400, "ID  is not a valid node_id", ""),
        (400, "Render timeout", ""),
        (404, "ID 1:2 is not a valid node_id", ""),
    ],
)
def test_the_id_that_figma_names_is_found(status, text, node):
    assert invalid_node(FigmaError(refusal(status, text, SUBJECT), status)) == node
