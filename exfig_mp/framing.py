"""Frames of React components: what templates make of names, before there is a drawing to put into them.

Templates run here, in the coordinator, sandboxed; a worker only replaces the marks that they left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from exfig_mp.conversions import DATA_URI, HEIGHT, MARKUP, VIEW_BOX, WIDTH, Tsx
from exfig_mp.errors import ConfigError
from exfig_mp.exporters.documents import Document
from exfig_mp.planned import absolute
from exfig_mp.templating import Templates

if TYPE_CHECKING:
    from exfig_mp.conversions import Conversion
    from exfig_mp.model import RemoteFile
    from exfig_mp.planned import PlannedEntry

_MARKS = {"svgContent": MARKUP, "viewBox": VIEW_BOX, "width": WIDTH, "height": HEIGHT, "dataUri": DATA_URI}


def framed(planned: PlannedEntry) -> PlannedEntry:
    """Return the entry with a frame in each step that needs one.

    Raises:
        ConfigError: a template of the user is wrong, or leaves the drawing out.
    """
    if not any(_needs_frame(step) for file in planned.files for step in file.steps):
        return planned
    entry = planned.entry
    templates = Templates(entry.platform, absolute(planned.base, entry.templates) if entry.templates else "")
    files = tuple(
        msgspec.structs.replace(file, steps=tuple(_framed(step, file, templates) for step in file.steps))
        for file in planned.files
    )
    return replace(planned, files=files)


def _framed(step: Conversion, file: RemoteFile, templates: Templates) -> Conversion:
    if not isinstance(step, Tsx) or step.frame:
        return step
    frame = templates.render(Document(file.path, step.template, dict(step.context) | _MARKS)).decode()
    if not any(drawing in frame for drawing in (MARKUP, DATA_URI, dict(step.context)["assetPath"])):
        raise ConfigError(
            f"the template {step.template}.jinja leaves the drawing out", "use svgContent, dataUri or assetPath in it"
        )
    return Tsx(ids=step.ids, frame=frame)


def _needs_frame(step: Conversion) -> bool:
    return isinstance(step, Tsx) and not step.frame
