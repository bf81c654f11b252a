"""Whom TLS trusts: what this machine's programs trust, read when it is first needed, once in a process."""

from __future__ import annotations

import os
import ssl
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHERE = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where OpenSSL looks instead of the system's own places: SSL_CTX_set_default_verify_paths(3)."""


@cache
def tls_context() -> ssl.SSLContext:
    """Return what connections are encrypted and servers are verified with: as for any program of this machine."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


@contextmanager
def without_authorities() -> Iterator[None]:
    """Let contexts that are made meanwhile trust nobody, which takes no time.

    For libraries that make contexts of their own when they are imported: a hundred certificates take as long to read
    as ten modules. Whoever should use such a context, against all intentions, finds no server that it trusts.
    """
    before = {name: os.environ.get(name) for name in _WHERE}
    os.environ.update(dict.fromkeys(_WHERE, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
