"""What an Xcode project knows of a file: asked before somebody wonders why new code does not compile. Read only.

A project of the classic kind lists its files one by one; Xcode 16's synchronized folders take whatever lies in them.
We never write into a project: Xcode may have it open, and a damaged one costs more than a drag of the mouse.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from exfig_mp import files

_SYNCHRONIZED = re.compile(r"isa = PBXFileSystemSynchronizedRootGroup;(?P<rest>[^}]*)")
_PATH = re.compile(r'\bpath = (?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^;]*));')


def knows(project: str, path: str) -> bool:
    """Say whether the project at the path `project` has the file at `path`; of one that cannot be read nothing is said.

    It does if any file of that name is listed, or if a synchronized folder has the name of one that the file is in.
    """
    body = files.read(f"{project}/project.pbxproj")
    if body is None:
        return True
    text, file = body.decode("utf-8", "replace"), PurePath(path)
    if re.search(rf"(?<![\w+.-]){re.escape(file.name)}(?![\w+.-])", text):
        return True
    found = (_PATH.search(group["rest"]) for group in _SYNCHRONIZED.finditer(text))
    folders = {PurePath(one["quoted"] or one["plain"] or "").name for one in found if one}
    return bool(folders & set(file.parent.parts))
