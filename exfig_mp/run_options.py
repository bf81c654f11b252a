"""What the flow is given: the work, and the options of a run; resolved already, so that nothing is looked up later."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct, field

from exfig_mp.abort import AbortPolicy
from exfig_mp.engines.protocol import Supervision
from exfig_mp.errors import ConfigError
from exfig_mp.exchange import SessionOptions, is_loopback
from exfig_mp.incremental import CacheOptions
from exfig_mp.log import LogOptions
from exfig_mp.resume import MAX_AGE
from exfig_mp.transfer import TransferOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exfig_mp.exporters.color_protocol import ColorEntry
    from exfig_mp.exporters.protocol import Entry
    from exfig_mp.exporters.text_style_protocol import TextStyleEntry
    from exfig_mp.limiter import LimiterOptions
    from exfig_mp.resume import Wish
    from exfig_mp.sources.figma_calls import ApiOptions

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Work(Struct, frozen=True):
    """An entry of a config; `base` is the folder that its relative paths start from.

    Without a config, `goes_by` says what tells it from others whose checkpoints are in the same folder.

    Raises:
        ConfigError: the folder's name is no text, so that it could be written nowhere, not even into a journal.
    """

    config: str
    base: str
    entry: Entry | ColorEntry | TextStyleEntry
    goes_by: str = ""

    def __post_init__(self) -> None:
        if any("\ud800" <= letter <= "\udfff" for letter in self.base):
            message = f"the name of the folder {self.base!a} is not UTF-8"
            raise ConfigError(message, "run it from a folder with another name")

    @property
    def where(self) -> str:
        """Where the user wrote it: for messages."""
        return f"{self.config} {self.entry.label}"


class RunOptions(Struct, frozen=True, kw_only=True):
    """Everything about a run that is not what to export.

    Args:
        api: Figma's origin, token and timeouts.
        limiter: the shared limiter's place and limits.
        config_hash: changes with what is to be exported; a checkpoint belongs to one.
        state_dir: where the checkpoint lives.
        wish: what to do about a checkpoint that is there.
        confirm: asks a person whether to go on from a checkpoint of another configuration.
        workers: worker processes; 0 runs everything in the coordinator.
        parallel: files whose metadata is fetched at once.
        connections: downloads in flight over all workers.
        transfer: how one download is done.
        allowed_hosts: hosts beside Figma's that downloads may come from (see `client.SessionOptions`).
        few_renders: whether plan or seat grant so few render calls that each should be as large as may be.
        supervision: when workers are replaced.
        log: what is logged, and where to.
        abort: how much may fail before the run is given up.
        cache: what is remembered between runs.
        fail_fast: whether the first failed item ends the run. That nothing is retried is up to the retry policies.
    """

    api: ApiOptions
    limiter: LimiterOptions
    config_hash: str
    entries: Mapping[str, str] = field(default_factory=dict)
    state_dir: str = "."
    wish: Wish = "no"
    checkpoint_max_age: float = MAX_AGE
    verify: bool = False
    confirm: Callable[[str], bool] = lambda _question: False
    workers: int = 1
    parallel: int = 3
    connections: int = 20
    transfer: TransferOptions = field(default_factory=TransferOptions)
    allowed_hosts: tuple[str, ...] = ()
    few_renders: bool = False
    abort: AbortPolicy = field(default_factory=AbortPolicy)
    supervision: Supervision = field(default_factory=Supervision)
    log: LogOptions = field(default_factory=LogOptions)
    fail_fast: bool = False
    cache: CacheOptions = field(default_factory=CacheOptions)

    def session(self, connections: int) -> SessionOptions:
        """Return how to connect: the API's own host is allowed; where it is this machine, so is the CDN here."""
        host = urlsplit(self.api.origin).hostname or ""
        own = LOOPBACK if is_loopback(host) else (host,)
        return SessionOptions(connections=connections, allowed_hosts=(*own, *self.allowed_hosts))
