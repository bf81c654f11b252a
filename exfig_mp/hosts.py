"""Which hosts may be asked, and for what: the allow-list. Pure; decides from the parts of a URL, looks nothing up.

Where Figma's files come from (observed in its answers): `https://figma-alpha-api.s3.us-west-2.amazonaws.com/images/...`,
before that `https://s3-us-west-2.amazonaws.com/figma-alpha-api/img/...`, and `https://s3-alpha-sig.figma.com/...`.
Anybody may have a bucket at amazonaws.com, so of S3 only Figma's own bucket counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Access = Literal["all", "bucket", "none"]
"""What a host may be asked for: everything, the paths of Figma's bucket, nothing."""

_FIGMA = ("figma.com", "figma-gov.com")
_BUCKET = "figma-alpha-api"
# The name of a bucket is unique over all regions, but for those of GovCloud, where it could be somebody else's.
_REGION = r"(?!us-gov-)[a-z]{2}(?:-[a-z]+)+-\d{1,2}"
_S3 = rf"s3(?:[.-]{_REGION})?\.amazonaws\.com"
_S3_HOST = re.compile(_S3)
_BUCKET_HOST = re.compile(rf"{_BUCKET}\.{_S3}")
# No empty segments, no dots alone, nothing encoded: who knows what a server or a proxy makes of these.
_BUCKET_PATH = re.compile(rf"/{_BUCKET}(?:/(?!\.{{1,2}}(?:/|\Z))[A-Za-z0-9._~-]+)+")
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


def access(host: str, more: Iterable[str] = ()) -> Access:
    """Return what `host` may be asked for.

    Args:
        host: in lower case, as it will be connected to (no Unicode, no port).
        more: hosts beside Figma's: in lower case, a name or an address, or `*.` and a domain for its sub-domains.
    """
    more = tuple(more)
    if host and host in more and not host.startswith("*"):
        return "all"
    if not _NAME.fullmatch(host):
        return "none"
    parents = (*_FIGMA, *(pattern[2:] for pattern in more if pattern.startswith("*.")))
    if host in _FIGMA or _BUCKET_HOST.fullmatch(host) or any(host.endswith(f".{parent}") for parent in parents):
        return "all"
    return "bucket" if _S3_HOST.fullmatch(host) else "none"


def in_bucket(path: str) -> bool:
    """Does `path`, just as it will be sent, name an object of Figma's bucket, whoever reads it?"""
    return _BUCKET_PATH.fullmatch(path) is not None


def refusal(host: str) -> str:
    """Return the words for a host that may not be asked, or not for such a path."""
    shown = host if _NAME.fullmatch(host) else ascii(host)
    if _S3_HOST.fullmatch(host):
        return f"{shown} may be asked for Figma's bucket only; figma.allowedHosts in the config allows the whole host"
    return f"the host {shown} is not on the allow-list; figma.allowedHosts in the config allows it"
