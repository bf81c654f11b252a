"""libcurl from Python in one process: the multi interface, easy handles that are used again, files.

It checks the status, and nothing else. Usage: see `downloaders`.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pycurl

from bench.answer import Answer


def _download(lines: list[str], connections: int) -> int:
    multi, waiting = pycurl.CurlMulti(), iter(lines)
    multi.setopt(pycurl.M_MAXCONNECTS, connections)
    files: dict[Any, BinaryIO] = {}
    for handle in [pycurl.Curl() for _ in range(min(connections, len(lines)))]:
        _begin(multi, handle, next(waiting), files)
    while files:
        multi.perform()
        _, done, failed = multi.info_read(len(files))
        if failed:
            raise SystemExit(failed[0][2])
        for handle in done:
            _end(multi, handle, files)
            with suppress(StopIteration):
                _begin(multi, handle, next(waiting), files)
        if files and not done:
            multi.select(1.0)
    return len(lines)


def _begin(multi: Any, handle: Any, line: str, files: dict[Any, BinaryIO]) -> None:
    url, _, path = line.partition("\t")
    files[handle] = Path(path).open("wb")  # noqa: SIM115  # `_end` closes it
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.CAINFO, os.environ["SSL_CERT_FILE"])
    handle.setopt(pycurl.WRITEDATA, files[handle])
    handle.setopt(pycurl.FAILONERROR, 1)
    multi.add_handle(handle)


def _end(multi: Any, handle: Any, files: dict[Any, BinaryIO]) -> None:
    files.pop(handle).close()
    multi.remove_handle(handle)


def main() -> None:
    """Download, and print how long that took without the imports."""
    ready, started = time.process_time(), time.monotonic()
    done = _download(Path(sys.argv[1]).read_text("utf-8").splitlines(), int(sys.argv[2]))
    sys.stdout.write(msgspec.json.encode(Answer(ready, time.monotonic() - started, done)).decode())


if __name__ == "__main__":
    main()
