"""The JSON bodies of the file-level endpoints, in Figma's shapes. Pure: a design goes in, plain values come out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from exfig_mp.simulator.design import Alias, key_of

if TYPE_CHECKING:
    from exfig_mp.simulator.design import Component, ComponentSet, File, Frame, Style, Variable

Body = dict[str, Any]

_TOUCHED = datetime(2026, 1, 5, 21, 22, 13, 499_000, tzinfo=UTC)
_CREATED = "2025-05-30T13:20:06.736Z"
USER = {"id": "812345678901234567", "handle": "Ann", "img_url": "https://s3-alpha.figma.com/profile/14e8c2f6"}
_ENCODER = msgspec.json.Encoder()


def failure(status: int, text: str, *, meta_family: bool = False) -> Body:
    """Return an error body: Figma has one family of endpoints that says `err` and one that says `message`."""
    return {"status": status, "error": True, "message": text} if meta_family else {"status": status, "err": text}


def touched(file: File) -> datetime:
    """Return when the file was last changed; every edit takes a minute."""
    return _TOUCHED + timedelta(minutes=file.edits)


def header(file: File) -> Body:
    """Return the fields that `/files` and `/nodes` share."""
    picture = key_of(file.key, "thumbnail")[:8]
    return {
        "name": file.name,
        "lastModified": touched(file).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "thumbnailUrl": f"https://s3-alpha.figma.com/thumbnails/{picture}?X-Amz-Expires=604800",
        "version": file.version,
        "role": "viewer",
        "editorType": file.editor,
        "linkAccess": "org_view",
    }


def meta(file: File, *, flat: bool = False) -> Body:
    """Return the body of `/meta`. Real answers are wrapped in `file`; `flat` is what older documents promised."""
    body = {
        "name": file.name,
        "folder_name": "Core",
        "last_touched_at": _milliseconds(touched(file)),
        "creator": USER,
        "last_touched_by": USER,
        "thumbnail_url": "",
        "editorType": file.editor,
        "role": "viewer",
        "link_access": "org_view",
        "url": f"https://www.figma.com/design/{file.key}/{file.name.replace(' ', '-')}",
        "version": file.version,
    }
    return body if flat else {"file": body}


def components(file: File, *, legacy: bool = False) -> bytes:
    """Return the encoded body of `/components`, one by one: a list of 100,000 as values would need a gigabyte."""
    body = bytearray(b'{"error":false,"status":200,"meta":{"components":[')
    for index, component in enumerate(file.listed):
        if index:
            body += b","
        _ENCODER.encode_into(_published_component(file, component, legacy=legacy), body, len(body))
    body += b"]}}"
    return bytes(body)


def component_sets(file: File) -> Body:
    """Return the body of `/component_sets`."""
    entries = [
        _published(file, group, group.description) | {"containing_frame": _containing_frame(file.frames[group.frame])}
        for group in (() if file.branch_of else file.sets)
    ]
    return _success({"component_sets": entries})


def styles(file: File) -> Body:
    """Return the body of `/styles`."""
    entries = [
        _published(file, style, style.description) | {"style_type": style_type(style), "sort_position": f"!{index:04d}"}
        for index, style in enumerate(() if file.branch_of else file.styles)
    ]
    return _success({"styles": entries})


def style_type(style: Style) -> str:
    """Return Figma's name for the kind of style."""
    return "TEXT" if style.text else "FILL"


def fills(file: File, base_url: str) -> Body:
    """Return the body of the image fills: the demo has one picture, signed as CloudFront does it."""
    reference = key_of(file.key, "fill")
    place = f"{base_url}/img/{reference[:4]}/{reference[4:8]}/{reference[:32]}"
    url = f"{place}?Expires=1893456000&Key-Pair-Id=K1&Signature=s"
    return _success({"images": {reference: url}})


def variables(file: File) -> Body:
    """Return the body of `/variables/local`."""
    members: dict[str, list[str]] = {collection.id: [] for collection in file.collections}
    for variable in file.variables:
        members[variable.collection_id].append(variable.id)
    collections = {
        collection.id: {
            "id": collection.id,
            "name": collection.name,
            "key": key_of(file.key, collection.id),
            "modes": [{"modeId": mode, "name": name} for mode, name in collection.modes],
            "defaultModeId": collection.modes[0][0],
            "remote": collection.remote,
            "hiddenFromPublishing": False,
            "variableIds": members[collection.id],
        }
        for collection in file.collections
    }
    return _success(
        {
            "variables": {variable.id: _variable(file, variable) for variable in file.variables},
            "variableCollections": collections,
        }
    )


def me(handle: str) -> Body:
    """Return the body of `/me`."""
    return USER | {"handle": handle, "email": f"{handle.lower()}@example.com"}


def _success(content: Body) -> Body:
    return {"status": 200, "error": False, "meta": content}


def _milliseconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _published(file: File, thing: Component | ComponentSet | Style, description: str) -> Body:
    updated = thing.updated if hasattr(thing, "updated") else 0
    thumbnail = thing.id.replace(":", "_")
    return {
        "key": key_of(file.key, thing.id),
        "file_key": file.key,
        "node_id": thing.id,
        "thumbnail_url": f"https://s3-alpha.figma.com/checkpoints/0YW/mQe/x1/{thumbnail}.png"
        "?X-Amz-Date=20260104T120000Z&X-Amz-Expires=604800&X-Amz-Signature=35ea",
        "name": thing.name,
        "description": description,
        "created_at": _CREATED,
        "updated_at": _milliseconds(_TOUCHED + timedelta(minutes=updated)),
        "user": USER,
    }


def _published_component(file: File, component: Component, *, legacy: bool) -> Body:
    frame = _containing_frame(file.frames[component.frame])
    if component.set_id:
        group = {"name": file.sets_by_id[component.set_id].name, "nodeId": component.set_id}
        frame |= {"containingStateGroup": group}
        frame |= {} if legacy else {"containingComponentSet": group}
    rich = f"<p>{component.description}</p>" if component.description else ""
    return _published(file, component, component.description) | {"description_rt": rich, "containing_frame": frame}


def _containing_frame(frame: Frame) -> Body:
    page = {"pageId": frame.page_id, "pageName": frame.page_name}
    return {"name": frame.name, "nodeId": frame.id, **page, "backgroundColor": "#FFFFFF"} if frame.id else page


def _variable(file: File, variable: Variable) -> Body:
    collection = next(one for one in file.collections if one.id == variable.collection_id)
    values = (_value(value) for value in variable.values)
    body: Body = {
        "id": variable.id,
        "name": variable.name,
        "key": key_of(file.key, variable.id),
        "variableCollectionId": variable.collection_id,
        "resolvedType": variable.kind,
        "valuesByMode": {mode: value for (mode, _), value in zip(collection.modes, values, strict=True)},
        "remote": variable.remote,
        "description": "",
        "hiddenFromPublishing": False,
        "scopes": ["ALL_SCOPES"],
        "codeSyntax": dict(variable.code),
    }
    return body | ({"deletedButReferenced": True} if variable.deleted else {})


def _value(value: Any) -> Any:
    match value:
        case Alias(id=node_id):
            return {"type": "VARIABLE_ALIAS", "id": node_id}
        case (red, green, blue, alpha):
            return {"r": red, "g": green, "b": blue, "a": alpha}
        case _:
            return value
