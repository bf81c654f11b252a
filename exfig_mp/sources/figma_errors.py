"""What Figma's refusals mean, and what a person can do about them. Pure.

Figma answers 403, not 401, for a bad token on nearly all endpoints, so the text decides, not the status alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exfig_mp.model import Failure

if TYPE_CHECKING:
    from exfig_mp.errors import FigmaError
    from exfig_mp.model import Cause

STATUS_ADVICE = "check the network connection, or Figma's status page (status.figma.com)"
RATE_ADVICE = "Figma's rate limit is used up: go on later with --resume, or use the token of a Dev or Full seat"
_PROXY_ADVICE = "check HTTPS_PROXY, with user and password if the proxy wants them, and NO_PROXY"

_NEW_CREDENTIAL = (
    "make a new token in Figma (Settings > Security > Personal access tokens) and set FIGMA_PERSONAL_TOKEN to it"
)
_BY_TEXT: tuple[tuple[str, Cause, str], ...] = (
    ("invalid token", "auth", _NEW_CREDENTIAL),
    ("token expired", "auth", _NEW_CREDENTIAL),
    ("token has expired", "auth", _NEW_CREDENTIAL),
    ("invalid scope", "forbidden", "make a token with the scope that is named above"),
    ("limited by figma plan", "forbidden", "variables need an Enterprise plan; use styles instead"),
    ("not exportable", "forbidden", "the file's owner must allow copying, sharing and exporting from it"),
    ("file type not supported", "config", "the key belongs to a Make, Slides or other file; use a design file's key"),
    ("request too large", "config", "split the file: Figma cannot answer about so large a one"),
)
_ABOUT_VERSIONS = ("user_id or plan_key", "version")
TOO_LONG = frozenset({413, 414, 431})
"""Statuses that are about the URL, and say that it is too long."""

FULL_WEIGHT = 3
_RENDER_TIMEOUT = "render timeout"
_INVALID_NODE = re.compile(r"\bID (\S+) is not a valid node_id")
_BY_STATUS: dict[int, tuple[Cause, str]] = {
    400: ("error", "if it stays, please report it together with this message"),
    401: ("auth", _NEW_CREDENTIAL),
    403: ("forbidden", "share the file with the token's user, and check the token's scopes"),
    404: ("not_found", "check the file key, and that the token's user may open the file; a deleted branch is gone too"),
}


def refusal(status: int, text: str, subject: str) -> Failure:
    """Return the failure for an answer that will not get better by asking again.

    Args:
        status: the HTTP status.
        text: Figma's own words, possibly empty.
        subject: what was asked for, such as "components of file AbC".
    """
    said = f": {text}" if text else ""
    message = f"Figma refused the {subject} (HTTP {status}{said})"
    for words, cause, advice in _BY_TEXT:
        if words in text.lower():
            return Failure(cause, message, advice)
    cause, advice = _BY_STATUS.get(status, ("error", STATUS_ADVICE))
    return Failure(cause, message, advice)


def intercepted(status: int, subject: str) -> Failure:
    """Return the failure for a web page where Figma, which speaks JSON, would have answered."""
    return Failure(
        "network",
        f"a proxy, firewall or login page answered the request for the {subject} instead of Figma (HTTP {status})",
        "check HTTPS_PROXY and NO_PROXY, log in to the network, or have api.figma.com allowed",
    )


def unasked(subject: str, detail: str, *, by_proxy: bool) -> Failure:
    """Return the failure for a request that never gets to Figma; `detail` says why."""
    message = f"the {subject} cannot be asked for: {detail}"
    return Failure("network", message, _PROXY_ADVICE) if by_proxy else Failure("config", message, "check --api-url")


def invalid_node(error: FigmaError) -> str:
    """Return the id that a refusal names as the one that spoils the others, or an empty text."""
    found = _INVALID_NODE.search(error.message) if error.status == 400 else None
    return found[1] if found else ""


def weight(error: FigmaError) -> int:
    """Return how much the failure of an images call says for Figma drawing nothing any more: 0, 1 or `FULL_WEIGHT`.

    What is known to depend on the nodes that are asked for says little: a drawing that takes too long, a URL that is
    too long, an id that Figma does not know.
    """
    if error.status == 400 and error.cause == "error":
        return 1 if _RENDER_TIMEOUT in error.message.lower() or invalid_node(error) else FULL_WEIGHT
    if error.status in TOO_LONG:
        return 1
    return FULL_WEIGHT if error.cause in {"server", "timeout", "network"} and error.status != 200 else 0


def is_too_much(error: FigmaError, *, ids: int) -> bool:
    """Does the failure of an images request for `ids` nodes say that less should be asked for at a time?

    413 and 414 mean the URL; 400 the render timeout, or one id that spoils the others; a server error that stays is
    most often a render that is too large, and a timeout the same further out.
    """
    if ids == 1 or error.cause == "config":  # the file cannot be drawn from at all
        return False
    return error.status in {400, 500, 502, 503, 504, *TOO_LONG} or error.cause == "timeout"


def refuses_version(error: FigmaError) -> bool:
    """Does Figma say that it cannot draw from a version?

    It does so by not finding the file, though its metadata was there, or by asking for a user when the token is a
    plan's (forum.figma.com, topic 54761).
    """
    return error.status == 404 or (error.status == 400 and any(word in error.message for word in _ABOUT_VERSIONS))
