"""Content identities and checksums: the one door to xxhash.

Everything that is remembered across processes or runs (renders, jobs, file bodies, journal lines) is named by an
xxh3-128 digest of its content. The hash is fast, not cryptographic: it finds accidents, not forgeries.
"""

from __future__ import annotations

import xxhash


def digest(body: bytes) -> str:
    """Return the hexadecimal xxh3-128 digest of `body` (32 characters)."""
    return xxhash.xxh3_128_hexdigest(body)


def identity(*parts: str) -> str:
    """Return one digest for an ordered list of texts; ("a", "bc") and ("ab", "c") differ."""
    return digest("\x00".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass"))


def checksum(line: bytes) -> str:
    """Return the 16-character xxh3-64 checksum that guards one journal line."""
    return xxhash.xxh3_64_hexdigest(line)
