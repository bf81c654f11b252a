"""What whole assets look like: is this body really a complete SVG, PNG, PDF or JPEG? Pure."""

from __future__ import annotations

from xml.parsers import expat

from exfig_mp.model import Format  # noqa: TC001  # part of this module's public signatures

_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_DEEPEST = 1_000  # elements within each other: no drawing nests so deep, and readers recurse
_PDF_TAIL = 1024  # a PDF may have bytes after its end mark; readers search this far


def problem_with(body: bytes, form: Format) -> str | None:
    """Return what is wrong with `body` as a `form`, or None if it is whole.

    An S3 or HTML error page is named as such: stores and captive portals send them with status 200.
    """
    if not body:
        return "the answer is empty"
    whole = {"png": _is_png, "jpg": _is_jpg, "pdf": _is_pdf, "svg": _is_svg}[form](body)
    if whole:
        return None
    head = body[:512].lstrip().lower()
    if b"<error>" in head:
        return f"an XML error page came instead of {form.upper()}"
    if head.startswith((b"<!doctype html", b"<html")):
        return f"an HTML page came instead of {form.upper()}"
    return f"the body is no complete {form.upper()} ({len(body):,} bytes)"


def _is_png(body: bytes) -> bool:
    return body.startswith(_PNG_START) and body.endswith(_PNG_END)


def _is_jpg(body: bytes) -> bool:
    return body.startswith(b"\xff\xd8\xff") and body.rstrip(b"\x00").endswith(b"\xff\xd9")


def _is_pdf(body: bytes) -> bool:
    return body.startswith(b"%PDF-") and b"%%EOF" in body[-_PDF_TAIL:]


def _is_svg(body: bytes) -> bool:
    """Well-formed XML whose root is `svg`. Entity declarations are refused: Figma writes none, bombs do."""
    root: list[str] = []
    depth = 0

    def start(name: str, _attributes: object) -> None:
        nonlocal depth
        if not root:
            root.append(name)
        depth += 1
        if depth > _DEEPEST:
            raise expat.error("nested too deep")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise expat.error("entity declaration")

    parser = expat.ParserCreate()
    parser.specified_attributes = True  # a declared default of 100 kB for each of 100,000 elements is a bomb, too
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):  # LookupError: an encoding that Python does not know
        return False
    return root[0].rpartition(":")[2] == "svg"
