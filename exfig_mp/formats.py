"""What whole assets look like: is this body really a complete SVG, PNG, PDF or JPEG? Pure."""

from __future__ import annotations

from xml.parsers import expat

from exfig_mp.model import Format  # noqa: TC001  # part of this module's public signatures

_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_DEEPEST = 1_000  # elements within each other: no drawing nests so deep, and readers recurse
_LARGEST_AREA, _NEAR = 32_000_000, 0.03  # what Figma draws at most, and how near to it a drawing was scaled down
_NO_FRAMES = (b"\xc4", b"\xc8", b"\xcc")  # of the JPEG markers C0 to CF: tables, reserved, arithmetic coding
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


def shrinkage(body: bytes, form: Format) -> str | None:
    """Say so if a whole `form` was very probably scaled down by Figma, which does it without a word; else return None.

    Above 32 megapixels a render comes as large as that allows, with the proportions of the node
    (https://developers.figma.com/docs/rest-api/file-endpoints/). What is within 3 % of the limit is taken for one.
    """
    if form in {"svg", "pdf"}:
        return None
    width, height = _pixels(body, form)
    if abs(width * height - _LARGEST_AREA) > _LARGEST_AREA * _NEAR:
        return None
    return (
        f"is {width}x{height} pixels: Figma scales down what is larger than 32 megapixels; export it at a smaller scale"
    )


def _pixels(body: bytes, form: Format) -> tuple[int, int]:
    """Return width and height of a whole PNG or JPEG, 0 x 0 of anything else."""
    if form == "png":
        return int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    frame = _jpg_frame(body) if form == "jpg" else b""
    return int.from_bytes(frame[7:9]), int.from_bytes(frame[5:7])


def _jpg_frame(body: bytes) -> bytes:
    """Return the start of a JPEG's first frame header, found from segment to segment; nothing if there is none."""
    at = 2
    while body[at : at + 1] == b"\xff":
        marker = body[at + 1 : at + 2]
        if marker == b"\xff":  # fill
            at += 1
        elif b"\xc0" <= marker <= b"\xcf" and marker not in _NO_FRAMES:
            return body[at : at + 9]
        else:
            at += 2 + max(2, int.from_bytes(body[at + 2 : at + 4]))
    return b""


def _is_png(body: bytes) -> bool:
    return body.startswith(_PNG_START) and body.endswith(_PNG_END)


def _is_jpg(body: bytes) -> bool:
    return body.startswith(b"\xff\xd8\xff") and body.rstrip(b"\x00").endswith(b"\xff\xd9")


def _is_pdf(body: bytes) -> bool:
    return body.startswith(b"%PDF-") and b"%%EOF" in body[-_PDF_TAIL:]


def _is_svg(body: bytes) -> bool:
    """Well-formed XML whose root is `svg`. Entity declarations are refused: Figma writes none, bombs do."""
    root: list[str] = []

    def begin(name: str, _attributes: object) -> None:
        root.append(name)
        parser.StartElementHandler = None

    def refuse(*_: object) -> None:
        raise expat.error("entity declaration")

    parser = expat.ParserCreate()
    parser.specified_attributes = True  # a declared default of 100 kB for each of 100,000 elements is a bomb, too
    parser.StartElementHandler = begin
    parser.EntityDeclHandler = refuse
    if body.count(b"<") > _DEEPEST:  # else it cannot: in all encodings of expat that byte is in each tag
        _limit_depth(parser, root)
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):  # LookupError: an encoding that Python does not know
        return False
    return root[0].rpartition(":")[2] == "svg"


def _limit_depth(parser: expat.XMLParserType, root: list[str]) -> None:
    """Refuse what nests too deep; the first element is noted in `root`."""
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

    parser.StartElementHandler = start
    parser.EndElementHandler = end
