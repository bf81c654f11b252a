"""Has Figma stopped answering? Then calls wait longer, and in the end are not made. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.errors import FigmaError
from exfig_mp.exchange import NoReply

if TYPE_CHECKING:
    from exfig_mp.exchange import Reply
    from exfig_mp.model import Failure

_BEGINS = 3  # calls given up in a row; from then on each is repeated only once, after longer waits
_MOST = 12  # requests for metadata in a row without an answer; when a call is given up then, so are all the others


class Outage(Struct):
    """What one client of the API has lived through since the last good answer.

    Args:
        given_up: calls in a row that were given up after all their attempts.
        unanswered: requests for metadata in a row that Figma did not answer.
    """

    given_up: int = 0
    unanswered: int = 0
    _last: FigmaError | None = None
    _is_final: bool = False

    @property
    def has_begun(self) -> bool:
        """Are calls given up one after the other?"""
        return self.given_up >= _BEGINS

    def check(self, *, metadata: bool) -> None:
        """Let a request be sent.

        Raises:
            FigmaError: the one of the call that was given up last, if this request would fare no better.
        """
        if self._last and (self._is_final or (metadata and self.unanswered >= _MOST)):
            raise FigmaError(self._last.failure, self._last.status)

    def ends(self) -> None:
        """There is a good answer."""
        self.given_up = self.unanswered = 0
        self._last, self._is_final = None, False

    def gives_up(self, error: FigmaError) -> FigmaError:
        """Note and return the error of a call whose attempts are used up."""
        self.given_up += 1
        self._last = error
        return error

    def refuses(self, failure: Failure, status: int, *, for_all: bool) -> FigmaError:
        """Note and return the error of a request that is not sent again; `for_all`: nor would any other get through."""
        error = FigmaError(failure, status)
        if for_all or failure.cause == "network":  # somebody else's answer
            self._last, self._is_final = error, for_all
        else:
            self.unanswered = 0
        return error


def is_proxys(reply: Reply | NoReply) -> bool:
    """Does the proxy refuse to pass anything on, whatever it is asked for?"""
    return reply.trouble == "proxy" if isinstance(reply, NoReply) else reply.status == 407


def patience_with(reply: Reply | NoReply) -> float:
    """Return how many failures of this kind are borne where more of the same helps little."""
    if isinstance(reply, NoReply):
        return 1 if reply.trouble == "timeout" else math.inf
    return 1 if reply.status >= 500 else math.inf
