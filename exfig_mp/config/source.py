"""The door to the disk: the text of one config file, or a reason that a person understands.

A config is small text. What is not (a huge file, a device, UTF-16, binary) is refused before it is parsed.
"""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from exfig_mp.config.problems import BrokenYamlError, Mark

LARGEST = 1024 * 1024
_OTHER_ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def read_text(path: str) -> str:
    """Return the text of the config at `path`, without a byte order mark.

    Raises:
        BrokenYamlError: if it is not a readable UTF-8 file of at most `LARGEST` bytes.
    """
    body = _read_bytes(path)
    for mark, name in _OTHER_ENCODINGS.items():
        if body.startswith(mark):
            raise BrokenYamlError(f"the file is {name}; save it as UTF-8")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8-sig", "replace")
        place = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise BrokenYamlError(f"byte 0x{body[error.start]:02x} is not UTF-8; save the file as UTF-8", place) from None


def _read_bytes(path: str) -> bytes:
    """Return the bytes of a regular file that is not too large."""
    try:
        # Looked at before it is opened: a pipe without a writer would block the opening.
        facts = Path(path).stat()
        if stat.S_ISDIR(facts.st_mode):
            raise BrokenYamlError("is a folder, not a config file")
        if not stat.S_ISREG(facts.st_mode):
            raise BrokenYamlError("is not a regular file")
        size = facts.st_size
        if size <= LARGEST:
            with Path(path).open("rb") as file:
                body = file.read(LARGEST + 1)
            size = len(body)
    except FileNotFoundError:
        raise BrokenYamlError("no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BrokenYamlError(f"cannot be read: {reason}") from None
    if size > LARGEST:
        raise BrokenYamlError(f"is too large for a config: {size / 2**20:.1f} MB, and at most 1 MB is read")
    return body
