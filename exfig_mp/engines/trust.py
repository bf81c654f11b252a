"""Whom TLS trusts, read once for all workers: the forkserver imports this, and nobody else.

The authorities of a usual system take 20 ms to read, which each worker would spend before its first download.
"""

from exfig_mp.download import tls_context

tls_context()
