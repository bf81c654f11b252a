"""The vocabulary of a run: frozen values only, no behaviour beyond naming themselves.

What crosses the border between coordinator and worker processes is here and nowhere else, but for the steps of
`conversions`. All structs are immutable and encode with msgspec. A path in these structs is a text as the config gives
it until the plan has made it absolute.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from exfig_mp.conversions import Conversion
from exfig_mp.hashing import identity

Format = Literal["svg", "pdf", "png", "jpg"]
Kind = Literal["icons", "images", "colors", "typography"]
Platform = Literal["ios", "android", "flutter", "web"]

Cause = Literal[
    "rate_limit",  # Figma answered 429 for longer than we may wait
    "timeout",  # no answer in time, attempts used up
    "auth",  # the token is invalid or expired
    "forbidden",  # the token may not do this
    "not_found",  # no such file, node or object
    "network",  # no connection, or it broke, attempts used up
    "server",  # 5xx, attempts used up
    "expired_url",  # the CDN no longer has the rendered object
    "null_render",  # Figma answered, but rendered nothing for this node
    "invalid_body",  # bytes came, but they are not the asset
    "conversion",  # the asset came, but cannot be made into what the config asks for
    "disk",  # the file could not be written
    "disk_full",  # there is no room for it, nor for others
    "config",  # the configuration cannot be met
    "crashed",  # the job killed the workers that took it
    "aborted",  # the run ended before the job was done
    "error",  # anything else that is not our bug
]


StopReason = Literal[
    "",  # nothing stopped the run
    "failFast",  # the first failure, with --fail-fast
    "abort",  # too many failures, or too many dead workers
    "diskFull",  # there is no room for what is still to come
    "disk",  # the state of the run cannot be kept any more
    "error",  # this machine cannot run it: no worker starts, too few open files
    "signal",  # Ctrl-C, or a service manager
]


class Node(Struct, frozen=True):
    """One node of one version of one Figma file."""

    file_key: str
    version: str
    id: str


class Variant(Struct, frozen=True):
    """One component as a source selected it, before naming and pairing.

    `name` is the raw Figma name, with a dark suffix already taken off; `right_to_left` marks `rtl` in the description.
    """

    name: str
    node: Node
    right_to_left: bool = False


class Variants(Struct, frozen=True):
    """What a source found for one entry: light variants, and dark ones if the entry has any."""

    light: tuple[Variant, ...]
    dark: tuple[Variant, ...] = ()


class Asset(Struct, frozen=True):
    """A named, paired asset. `name` is final (styled, safe as a file name); `source_name` is Figma's, for messages.

    `idiom` is an Apple device idiom ("ipad", ...) taken from `name~idiom`, else empty.
    """

    name: str
    source_name: str
    light: Node
    dark: Node | None = None
    idiom: str = ""
    right_to_left: bool = False


class Render(Struct, frozen=True):
    """One thing that Figma is asked to draw. Equal renders are requested once and downloaded once.

    `scale` is 1.0 for svg and pdf, where Figma ignores it. The three switches are query parameters of
    `GET /v1/images`; their values are those that ExFig v1 sends, so that pixels stay the same for its users.
    """

    node: Node
    format: Format
    scale: float = 1.0
    use_absolute_bounds: bool = True
    svg_include_id: bool = False
    svg_simplify_stroke: bool = False

    @property
    def id(self) -> str:
        """The content identity: independent of order, worker count and signed URL."""
        switches = f"{self.use_absolute_bounds:d}{self.svg_include_id:d}{self.svg_simplify_stroke:d}"
        node = self.node
        return identity("render", node.file_key, node.version, node.id, self.format, f"{self.scale:g}", switches)


class RemoteFile(Struct, frozen=True):
    """A file whose bytes come from a render, converted by `steps` in turn. `asset` is the Figma name, for messages."""

    path: str
    render: Render
    asset: str
    steps: tuple[Conversion, ...] = ()


class GeneratedFile(Struct, frozen=True):
    """A file whose bytes we write ourselves, from what is in place."""

    path: str
    content: bytes


class Failure(Struct, frozen=True):
    """Why something did not work: what happened, what the reader can do about it, and the host it happened at.

    `since` is when the first of its attempts failed, in Unix time; 0 where nothing was tried again. `retry_after` are
    the seconds for which it makes no sense to try again, where Figma said.
    """

    cause: Cause
    message: str
    advice: str = ""
    attempts: int = 1
    host: str = ""
    since: float = 0.0
    retry_after: float = 0.0


class Items(Struct, frozen=True):
    """Names of assets by kind, as the checkpoint lists them; colors and typography are done as a whole."""

    icons: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    colors: bool = False
    typography: bool = False


class Derived(Struct, frozen=True):
    """What is made of a render: its bytes converted by `steps` in turn, for every absolute path of `destinations`.

    `id` is the content identity: of the render, and of the steps.
    """

    id: str
    steps: tuple[Conversion, ...]
    destinations: tuple[str, ...]


class Job(Struct, frozen=True):
    """One download: get `url`, check that it is a whole `format`, put it at every absolute path of `destinations`.

    What is `derived` from it goes to places of its own. Without a URL the bytes come from the cache's store.
    For the log: `asset` is the Figma name, `config` is the first that wants it, `shard` the one that it went out in.
    """

    id: str
    url: str
    format: Format
    destinations: tuple[str, ...]
    asset: str = ""
    config: str = ""
    shard: int = 0
    derived: tuple[Derived, ...] = ()


class Written(Struct, frozen=True, array_like=True):
    """Something derived is in place at all its destinations: `size` bytes with the xxh3-128 `digest`."""

    id: str
    size: int
    digest: str


class Done(Struct, frozen=True, tag=True):
    """The job's file is in place at every destination and journalled; without `attempts` it came from the cache.

    `warning` is a predicate without its subject ("is 8000x4000 pixels: ..."): the asset's name goes before it.
    """

    job_id: str
    size: int
    digest: str
    attempts: int = 1
    warning: str = ""
    derived: tuple[Written, ...] = ()


class Failed(Struct, frozen=True, tag=True):
    """The job is over, and not at all destinations; at those not in `placed` is still what was there before.

    `written` is what is at all of its own destinations, by the ids of outputs.

    For the log: whose it was, in which shard, and the correlation id of the request that failed; empty where there
    was none.
    """

    job_id: str
    failure: Failure
    placed: tuple[str, ...] = ()
    written: tuple[Written, ...] = ()
    worker: str = ""
    shard: int = 0
    correlation: str = ""


JobResult = Done | Failed


class Shard(Struct, frozen=True, tag=True):
    """A handful of jobs on their way to one worker."""

    jobs: tuple[Job, ...]


class Stop(Struct, frozen=True, tag=True):
    """To a worker: no more shards will come; finish, close the journal, exit."""


class Ready(Struct, frozen=True, tag=True):
    """From a worker: the session is open and shards are welcome."""

    pid: int


class Results(Struct, frozen=True, tag=True):
    """From a worker: results since the last message, in the order in which they happened."""

    results: tuple[JobResult, ...]


class Retried(Struct, frozen=True, tag=True):
    """From a worker: attempt number `attempt` (from 1) of the job failed and is repeated in `seconds`."""

    job_id: str
    attempt: int
    seconds: float
    reason: str


class Beat(Struct, frozen=True, tag=True):
    """From a worker, every few seconds: its event loop turns; `resident` is its memory in bytes, 0 if unknown."""

    resident: int


ToWorker = Shard | Stop
FromWorker = Ready | Results | Retried | Beat
