"""What the client of Figma's API tells about its requests: for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exfig_mp.exchange import NoReply

if TYPE_CHECKING:
    from exfig_mp.exchange import Reply


class Attempt(NamedTuple):
    """Attempt number `number` (from 1) for `subject` failed and is repeated in `seconds`."""

    subject: str
    number: int
    seconds: float
    reason: str
    correlation: str = ""


class Request(NamedTuple):
    """One request has ended: after `seconds`, with `reply`; `attempt` counts from 1."""

    subject: str
    endpoint: str
    tier: int
    attempt: int
    correlation: str
    seconds: float
    reply: Reply | NoReply
    method: str = "GET"

    @property
    def outcome(self) -> dict[str, object]:
        """What came of it: the status and the bytes of the answer, or why there is none."""
        if isinstance(self.reply, NoReply):
            return {"reason": self.reply.detail}
        return {"status": self.reply.status, "bytes": len(self.reply.body)}
