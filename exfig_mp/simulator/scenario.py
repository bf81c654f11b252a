"""The scenario file (YAML or JSON): which Figma is simulated and what goes wrong there. Every key is optional.

    seed: 7                          # all dice
    design: demo                     # demo | hazards | {files: [{key, plan, icons, illustrations, dark_of, ...}]}
    plan: pro                        # the plan of every file that names none
    time_scale: 0.01                 # part of Figma's answer times that is waited for; 0 answers at once
    limits: off                      # on | off | {tiers: {1: 600}, count_rejected: true}
    tokens: [{token: figd_ann, user: ann, seat: full, scopes: [...], expires_after: 20}]
    meta: wrapped                    # wrapped | flat
    legacy: false                    # answers with the fields of older years
    version_bumps_on: edit           # edit | publish
    node_noise: false                # /nodes says what does not show otherwise each time: places, drift, defaults
    largest_file: 50000              # components beyond which GET file says 400 "Request too large"
    url_limit: 8192                  # bytes of a URL, beyond which it is answered
    url_refusal: 413                 # with this: 413 is CloudFront's, 414 a proxy's
    gate_grace: 0.5                  # seconds after a 429 in which requests are still on their way
    cdn: {idle_seconds: 60, requests_per_connection: 0, largest_concurrency: 0, latency: 0.0}
    changes: [{on: images, request: 2, file: DemoLightLibrary000001, edits: [{do: delete, name: x}]}]
    faults:
      - {on: images, do: status, status: 502, rate: 0.05}
      - {on: cdn, do: short, first: 1, formats: [png]}
      - {on: images, do: null_render, names: [bell], sticky: true}

A fault happens `on` an endpoint kind (file, nodes, images, fills, meta, components, component_sets, styles,
variables, me), on `api` or on `cdn`, or on a list of these. The dice are thrown by (seed, fault, request, attempt at
this request): the order of arrival has no part in it. `first: n` limits a fault to the first n attempts at each
request (and then throws once per request), `sticky` throws once per request for ever. `files`, `nodes`, `names`,
`formats` and `tokens` select requests; `after` and `until` are seconds on the simulator's clock; `lasts` is for how
many seconds from the first request that the fault selects; `from_request` and `requests` select by order of arrival;
`above` means only while more than so many connections are open at the CDN. What `do` may be: see `Do`.

Edits make a new version of a file; older ones stay, for `version=`. What `do` may be, and what it needs:
`touch` nothing; `add`, `delete`, `rename` and `describe` (with `to`) components, `publish` the library; `redraw` with
the next artwork. These change one thing, and by themselves if nothing is said: `recolour` (`colour: "#RRGGBB"`),
`resize` (`size: [w, h]`), `restyle` (`opacity` from 0 to 1, `weight` of an icon's strokes) and `move` (`by: [x, y]`),
after which it looks as before.

A generated file has `icons` of 24 x 24 in the frame Icons, `illustrations` of 64 x 64 in Illustrations, and `banners`
of `banner_size`, which are larger than Figma draws: above 32 megapixels it scales them down without a word.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from exfig_mp.simulator.design import Plan
from exfig_mp.simulator.limits import Seat

Endpoint = Literal[
    "file",
    "nodes",
    "images",
    "fills",
    "meta",
    "components",
    "component_sets",
    "styles",
    "variables",
    "variables_write",
    "me",
]
Kind = Endpoint | Literal["other"]
"""What a request is about."""

On = Literal["api", "cdn"] | Endpoint
Do = Literal[
    "delay",  # both: answer `seconds` later; adds up with other faults
    "status",  # both: `status` and `headers`, with `body` json or message (api), xml (cdn), html, empty, or a text
    "hang",  # both: accept, stay silent for `seconds`, then close
    "reset",  # both: RST instead of an answer
    "cut",  # both: RST after `part` of the body
    "short",  # both: Content-Length of the whole body, `part` of it, then close
    "drip",  # both: the body in pieces, over `seconds`
    "empty",  # both: 200 and no bytes
    "html",  # both: 200 and the page of a captive portal
    "redirect",  # both: 307 to the same place (api), 302 to another host name (cdn), or to `location`
    "close",  # both: a good answer, then the connection is closed without having said so
    "bomb",  # both: a small gzip that unpacks to `megabytes`
    "rate_limit",  # api: 429 with `retry_after` (omitted if null), `limit_type`, `plan`
    "waf",  # api: 202 without a body
    "malformed",  # api: JSON cut at `part`, with the right Content-Length
    "bad_gzip",  # api: a gzip stream cut at `part`
    "pad",  # api: JSON with a further field of `megabytes` that nobody knows
    "timeout",  # images: the render timeout of 55 s
    "null_render",  # images, per node: renders nothing
    "missing_key",  # images, per node: not in the map at all
    "extra_key",  # images: an unasked node in the map
    "reorder",  # images: the map backwards
    "poison",  # images, per node: takes 60 s to render
    "foreign_url",  # images, per node: `location` instead of the CDN's URL
    "xml",  # cdn: 200 with an S3 error document
    "flip",  # cdn: one byte of the body is wrong, the ETag is not
    "chunked",  # cdn: no Content-Length
    "content_type",  # cdn: `content_type` instead of the right one
    "expired",  # cdn: 403 as if 30 days had passed
    "gzip",  # cdn: stored with Content-Encoding: gzip
]

_COLOUR = re.compile("#[0-9A-Fa-f]{6}")
ALL_SCOPES = (
    *("file_content:read", "library_content:read", "file_metadata:read", "file_variables:read"),
    "file_variables:write",
)


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that goes wrong; see the module docstring."""

    on: On | tuple[On, ...]
    do: Do
    rate: float = 1.0
    first: int = 0
    sticky: bool = False
    files: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    after: float = 0.0
    until: float | None = None
    lasts: float | None = None
    from_request: int = 1
    requests: int | None = None
    above: int = 0
    status: int = 500
    body: str = ""
    headers: dict[str, str] = {}
    seconds: float = 0.0
    part: float = 0.5
    retry_after: int | str | None = 30
    limit_type: Literal["low", "high"] | None = "high"
    plan: str | None = None
    content_type: str = "binary/octet-stream"
    location: str = ""
    megabytes: int = 100

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate must be between 0 and 1, not {self.rate:g}")
        if not 0 <= self.part <= 1:
            raise ValueError(f"part must be between 0 and 1, not {self.part:g}")
        if not 200 <= self.status <= 599:
            raise ValueError(f"status must be between 200 and 599, not {self.status}")
        if not 1 <= self.megabytes <= 10_000:
            raise ValueError(f"megabytes must be between 1 and 10000, not {self.megabytes}")


class Token(Struct, frozen=True, forbid_unknown_fields=True):
    """Someone who may ask. Tokens of one user share their buckets; `app` makes it an OAuth token with its own."""

    token: str
    user: str = "ann"
    seat: Seat = "full"
    scopes: tuple[str, ...] = ALL_SCOPES
    app: str = ""
    expired: bool = False
    expires_after: int | None = None


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """One change of a file; `name` or `id` selects a component. Unless `publish` is false, the library is published."""

    do: Literal[
        "touch",
        "redraw",
        "recolour",
        "resize",
        "restyle",
        "move",
        "rename",
        "describe",
        "delete",
        "add",
        "publish",
    ]
    name: str | None = None
    id: str | None = None
    to: str = ""
    publish: bool = True
    colour: str = ""
    size: tuple[int, int] | None = None
    by: tuple[int, int] = (96, 0)
    opacity: float | None = None
    weight: float | None = None

    def __post_init__(self) -> None:
        if self.colour and not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"colour must be #RRGGBB, not {self.colour}")
        if self.size is not None and not all(1 <= side <= 100_000 for side in self.size):
            raise ValueError(f"size must be between 1 x 1 and 100000 x 100000, not {self.size[0]} x {self.size[1]}")
        if self.opacity is not None and not 0 <= self.opacity <= 1:
            raise ValueError(f"opacity must be between 0 and 1, not {self.opacity:g}")
        if self.weight is not None and not 0 < self.weight <= 1000:
            raise ValueError(f"weight must be above 0 and at most 1000, not {self.weight:g}")


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """Edits that someone makes just before the n-th request of a kind is answered."""

    on: Kind
    file: str
    edits: tuple[Edit, ...]
    request: int = 1


class FileSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A generated file. `dark_of` takes its counts and names from another file and recolours the artwork.

    A `themed` one has variables, and a colour style `border` in four appearances, told apart by the ends of its names.
    """

    key: str
    plan: Plan | None = None
    icons: int = 100
    illustrations: int = 0
    banners: int = 0
    banner_size: tuple[int, int] = (4000, 3000)
    dark_of: str = ""
    themed: bool = False
    editor: str = "figma"
    exportable: bool = True
    published: bool = True
    branch_of: str = ""


class Design(Struct, frozen=True, forbid_unknown_fields=True):
    """Generated files instead of a built-in design."""

    files: tuple[FileSpec, ...]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """How rate limits behave; `tiers` are requests per minute that replace Figma's table."""

    on: bool = True
    tiers: dict[int, float] = {}
    count_rejected: bool = False

    def __post_init__(self) -> None:
        for tier, rate in self.tiers.items():
            if tier not in {1, 2, 3} or rate < 1:
                raise ValueError(f"tiers maps 1, 2 or 3 to at least 1 request per minute, not {tier} to {rate:g}")


class Cdn(Struct, frozen=True, forbid_unknown_fields=True):
    """Manners of the CDN listener; 0 means no limit."""

    idle_seconds: float = 60.0
    requests_per_connection: int = 0
    largest_concurrency: int = 0
    latency: float = 0.0
    life_seconds: float = 30 * 86_400.0


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a scenario file may say."""

    seed: int = 0
    design: Literal["demo", "hazards"] | Design = "demo"
    plan: Plan = "enterprise"
    time_scale: float = 0.0
    limits: bool | Literal["on", "off"] | Limits = True
    tokens: tuple[Token, ...] = ()
    meta: Literal["wrapped", "flat"] = "wrapped"
    legacy: bool = False
    version_bumps_on: Literal["edit", "publish"] = "edit"
    node_noise: bool = False
    largest_file: int = 50_000
    url_limit: int = 8_192
    url_refusal: Literal[413, 414] = 413
    gate_grace: float = 0.5
    cdn: Cdn = Cdn()
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
