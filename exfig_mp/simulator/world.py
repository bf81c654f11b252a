"""One simulated Figma: files and their versions, tokens, buckets, faults, objects, clock and record."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from exfig_mp.simulator import reading
from exfig_mp.simulator.edits import edited
from exfig_mp.simulator.faults import Book
from exfig_mp.simulator.limits import Buckets
from exfig_mp.simulator.objects import Store
from exfig_mp.simulator.record import Record

if TYPE_CHECKING:
    from exfig_mp.simulator.design import File, Variable
    from exfig_mp.simulator.limits import Refusal
    from exfig_mp.simulator.objects import Elsewhere
    from exfig_mp.simulator.scenario import Edit, Scenario, Token

Owner = tuple[str, str, int]


class Clock:
    """The simulator's time: seconds since it began, which tests may push forward."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin again at 0, now."""
        self._began = time.monotonic()
        self._wall = time.time()
        self.ahead = 0.0

    def now(self) -> float:
        """Return the seconds since the simulator began."""
        return time.monotonic() - self._began + self.ahead

    def wall(self) -> datetime:
        """Return the calendar time."""
        return datetime.fromtimestamp(self._wall + self.now(), UTC)


class World:
    """The state that the API, the CDN and the control endpoints share.

    Args:
        scenario: what is simulated.
        seed: of all dice and names; replaces the scenario's.
        elsewhere: who serves rendered objects instead of the CDN listener.
    """

    def __init__(self, scenario: Scenario, seed: int | None = None, elsewhere: Elsewhere | None = None) -> None:
        self._fixed_seed = seed
        self.clock = Clock()
        self.record = Record()
        self.cdn_url = ""
        self.elsewhere = elsewhere
        self.objects = Store()
        self.begin(scenario)

    def begin(self, scenario: Scenario) -> None:
        """Simulate another scenario from now on; open connections stay."""
        self.scenario = scenario
        self.limits = reading.limits_of(scenario)
        self.seed = scenario.seed if self._fixed_seed is None else self._fixed_seed
        self.reset()

    def reset(self) -> None:
        """Begin anew; what stays is the scenario and the connections."""
        self.clock.restart()
        self.tokens = {token.token: token for token in reading.tokens_of(self.scenario)}
        self.files: dict[str, dict[str, File]] = {
            file.key: {file.version: file} for file in reading.files(self.scenario)
        }
        self.buckets = Buckets(dict(self.limits.tiers), self.limits.count_rejected)
        self.book = Book(self.scenario.faults, self.seed)
        self.arrivals: Counter[str] = Counter()
        self.uses: Counter[str] = Counter()
        self._gates: dict[Owner, tuple[float, float]] = {}
        self.objects.clear(self.seed)
        self.record.clear()

    def file(self, key: str, version: str | None = None) -> File | None:
        """Return a file at a version, or the newest version."""
        versions = self.files.get(key)
        if not versions:
            return None
        return next(reversed(versions.values())) if version is None else versions.get(version)

    def edit(self, key: str, edits: tuple[Edit, ...]) -> File:
        """Change a file and return its new version.

        Raises:
            KeyError: there is no such file or component.
        """
        file = self.file(key)
        if file is None:
            raise KeyError(key)
        changed = edited(file, edits, by_publishing=self.scenario.version_bumps_on == "publish")
        self.files[key][changed.version] = changed
        return changed

    def update_variables(self, key: str, variables: tuple[Variable, ...]) -> None:
        """Make a new version of a file, with other variables; of one that only publishing makes, no new number."""
        file = self.files[key][next(reversed(self.files[key]))]
        counts = self.scenario.version_bumps_on != "publish"
        changed = replace(file, variables=variables, edits=file.edits + counts)
        self.files[key][changed.version] = changed

    def arrived(self, kind: str) -> None:
        """Count a request of a kind, and make the changes that the scenario has planned for just now."""
        self.arrivals[kind] += 1
        for change in self.scenario.changes:
            if change.on == kind and change.request == self.arrivals[kind]:
                self.edit(change.file, change.edits)

    def token_expired(self, token: Token) -> bool:
        """Count one use of a token and tell whether it has expired."""
        self.uses[token.token] += 1
        return token.expired or (token.expires_after is not None and self.uses[token.token] > token.expires_after)

    def admit(self, token: Token, plan: str, tier: int) -> Refusal | None:
        """Count a request against its bucket; return a refusal if that is full."""
        owner = f"{token.user}@{token.app}" if token.app else token.user
        now = self.clock.now()
        closed, until = self._gates.get((owner, plan, tier), (0.0, 0.0))
        if closed + self.scenario.gate_grace < now < until:
            self.record.broken("request while gate closed", f"{owner}, {plan}, tier {tier}: {until - now:.1f} s early")
        if not self.limits.on:
            return None
        refusal = self.buckets.take((owner, token.seat), plan, tier, now)
        if refusal:
            self.close_gate(token, plan, tier, refusal.retry_after)
        return refusal

    def close_gate(self, token: Token, plan: str, tier: int, seconds: float) -> None:
        """Remember that a client was told to wait: whoever comes earlier breaks a rule."""
        owner = f"{token.user}@{token.app}" if token.app else token.user
        now = self.clock.now()
        closed, until = self._gates.get((owner, plan, tier), (now, 0.0))
        # Several requests in flight are refused together: the gate closed with the first of them.
        self._gates[owner, plan, tier] = (closed if now < until else now, max(until, now + seconds))
