"""When a run asked, waited and worked: what a report draws of it. Pure; times are seconds since the run began."""

from __future__ import annotations

from msgspec import Struct, field

_MOST_SPANS = 2000  # of a kind; later ones are only counted
_MOST_POINTS = 400


class Span(Struct, frozen=True):
    """Something that lasted; `lane` is what it is drawn beside, `note` what there is to say of it."""

    lane: str
    start: float
    end: float
    note: str
    is_good: bool = True


class Spans(Struct):
    """The first spans of a kind, and how many others there were."""

    listed: list[Span] = field(default_factory=list)
    left_out: int = 0

    def add(self, span: Span) -> None:
        """List a span, or count it."""
        if len(self.listed) < _MOST_SPANS:
            self.listed.append(span)
        else:
            self.left_out += 1


class Curve(Struct):
    """A number that grows: some hundred points of it, however long it takes and however often it is told."""

    points: list[tuple[float, int]] = field(default_factory=list)
    _step: float = 0.01

    def add(self, at: float, value: int) -> None:
        """Note a value; one that comes within a step of the last one takes its place."""
        if len(self.points) > 1 and at - self.points[-2][0] < self._step:
            self.points[-1] = (at, value)
            return
        self.points.append((at, value))
        if len(self.points) > _MOST_POINTS:
            del self.points[1:-1:2]
            self._step *= 2


class Timeline(Struct):
    """Requests to Figma by tier, waits for its limits, lives of workers, and renders settled so far."""

    requests: Spans = field(default_factory=Spans)
    waits: Spans = field(default_factory=Spans)
    workers: Spans = field(default_factory=Spans)
    settled: Curve = field(default_factory=Curve)
    seconds: float = 0.0
    _lives: dict[int, tuple[str, float]] = field(default_factory=dict)
    _retired: dict[int, str] = field(default_factory=dict)

    def begin_life(self, worker: str, pid: int, at: float) -> None:
        """Note that a worker is there."""
        self._lives[pid] = (worker, at)

    def end_life(self, pid: int, at: float, how: str) -> None:
        """Note that a worker, which may be unknown, died."""
        if pid in self._lives:
            worker, since = self._lives.pop(pid)
            self.workers.add(Span(worker, since, at, f"{worker} ({pid}): {how}", is_good=False))

    def retire(self, pid: int, why: str) -> None:
        """Note that a worker gets no more work; it still has some."""
        self._retired[pid] = why

    def leave(self, pid: int, at: float) -> None:
        """Note that a worker ended in good order, if it was retired, or else with the process that started it."""
        if pid in self._retired:
            self._end_well(pid, at)
        else:
            self.end_life(pid, at, "ended with the process that starts workers")

    def end(self, at: float) -> None:
        """Note that the run has ended, and with it all workers."""
        self.seconds = at
        for pid in tuple(self._lives):
            self._end_well(pid, at)

    def _end_well(self, pid: int, at: float) -> None:
        if pid in self._lives:
            worker, since = self._lives.pop(pid)
            why = self._retired.get(pid)
            self.workers.add(Span(worker, since, at, f"{worker} ({pid})" + (f": {why}" if why else "")))
