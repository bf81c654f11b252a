"""What Figma's refusals mean, and what a person can do about them. Pure.

Figma answers 403, not 401, for a bad token on nearly all endpoints, so the text decides, not the status alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.model import Failure

if TYPE_CHECKING:
    from exfig_mp.errors import FigmaError
    from exfig_mp.model import Cause

STATUS_ADVICE = "check the network connection, or Figma's status page (status.figma.com)"

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
    ("request too large", "config", "ask for less: choose a frame or a page"),
)
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


def is_too_much(error: FigmaError, *, ids: int) -> bool:
    """Does the failure of an images request for `ids` nodes say that less should be asked for at a time?

    413 and 414 mean the URL; 400 the render timeout, or one id that spoils the others; a server error that stays is
    most often a render that is too large, and a timeout the same further out.
    """
    if ids == 1 or error.cause == "config":  # the file cannot be drawn from at all
        return False
    return error.status in {400, 413, 414, 431, 500, 502, 503, 504} or error.cause == "timeout"
