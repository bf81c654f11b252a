"""From raw variants to named assets: each light component gets its name and its dark twin, and no two share a file."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from exfig_mp.exporters.components import DARK, component_name
from exfig_mp.exporters.naming import Named, Refused, final_name, folded, regexp_problem
from exfig_mp.exporters.refusals import Refusals, listed
from exfig_mp.model import Asset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from exfig_mp.exporters.protocol import Naming
    from exfig_mp.model import Node, Platform, Variant, Variants

IDIOMS = frozenset({"iphone", "ipad", "mac", "tv", "watch", "car"})


class Pairing(Struct, frozen=True, kw_only=True):
    """The assets of an entry, sorted by name and idiom.

    Components with a problem are not among `assets`; whether the others are exported is for the caller to say. What
    some of them would be is `refused`: one asset for each name that more than one has, whose files may be in place.
    `renamed` has a sentence for each node that is called otherwise than in Figma for a disk's or a platform's sake.
    """

    assets: tuple[Asset, ...] = ()
    refused: tuple[Asset, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    renamed: Mapping[Node, str] = field(default_factory=dict)

    def renamings(self, assets: Iterable[Asset]) -> tuple[str, ...]:
        """Return what there is to say of the names of those assets that are written after all."""
        nodes = {node for asset in assets for node in (asset.light, asset.dark) if node}
        return tuple(sorted({self.renamed[node] for node in nodes & self.renamed.keys()}))


class _Candidate(Struct, frozen=True, kw_only=True):
    variant: Variant
    name: str
    idiom: str
    note: str


def pair(variants: Variants, naming: Naming, platform: Platform | None) -> Pairing:
    """Name the variants and match light with dark ones by final name and idiom. The order of variants has no effect.

    Problems: a name that the regexps or file systems refuse; a dark component without a light one; names that are
    equal, or that a disk could take for equal. Warnings: light without dark where there are dark ones; empty names.
    """
    unusable = regexp_problem(naming.validate, naming.replace) if naming.validate is not None else ""
    if unusable:
        return Pairing(problems=(unusable,))
    warnings: list[str] = []
    problems: list[str] = []
    refusals = Refusals()
    candidates = _candidates(variants.light, naming, platform, (warnings, refusals))
    dark_candidates = _candidates(variants.dark, naming, platform, (warnings, refusals))
    light, dark = _unique(candidates, problems), _unique(dark_candidates, problems)
    extra = [_quoted(dark[key].variant) for key in dark.keys() - light.keys()]
    if extra:
        problems.append(f"dark components have no light one: {listed(extra)}")
    missing = [_quoted(light[key].variant) for key in light.keys() - dark.keys()]
    if dark and missing:
        warnings.append(f"light components have no dark one: {listed(missing)}")
    everything = {(one.name, one.idiom): one for one in sorted(candidates, key=_by_node, reverse=True)} | light
    found = {key: _asset(candidate, dark.get(key)) for key, candidate in everything.items()}
    assets, clashes = _without_suffix_clashes([found[key] for key in light], naming.dark_suffix)
    assets, doubles = _without_code_clashes(assets) if naming.is_code else (assets, [])
    kept = {(asset.name, asset.idiom) for asset in assets}
    return Pairing(
        assets=tuple(sorted(assets, key=lambda asset: (asset.name, asset.idiom))),
        refused=tuple(asset for key, asset in sorted(found.items()) if key not in kept),
        warnings=tuple(sorted(set(warnings))),
        problems=tuple(sorted({*problems, *refusals.problems(), *clashes, *doubles})),
        renamed={one.variant.node: one.note for one in (*candidates, *dark_candidates) if one.note},
    )


def split_idiom(raw: str) -> tuple[str, str]:
    """Return a raw name without its device idiom, and the idiom: `name~ipad` is `name` and `ipad`."""
    name, tilde, idiom = raw.rpartition("~")
    return (name, idiom) if tilde and idiom in IDIOMS else (raw, "")


def _candidates(
    variants: Iterable[Variant], naming: Naming, platform: Platform | None, notes: tuple[list[str], Refusals]
) -> list[_Candidate]:
    warnings, refusals = notes
    found = []
    for variant in variants:
        raw, idiom = split_idiom(variant.name) if platform == "ios" else (variant.name, "")
        raw = next((raw.removesuffix(end) for end in naming.ignored_suffixes if raw.endswith(end)), raw)
        if not raw.strip():
            warnings.append(f"{_quoted(variant)} is left out: its name is empty")
            continue
        refusals.names.add(variant.name)
        match final_name(raw, naming):
            case Refused() as refused:
                refusals.refuse(variant.name, _quoted(variant), refused)
            case Named(text, warning):
                note = f"{_quoted(variant)} {warning}" if warning else ""
                found.append(_Candidate(variant=variant, name=text, idiom=idiom, note=note))
    return found


def _unique(candidates: Iterable[_Candidate], problems: list[str]) -> dict[tuple[str, str], _Candidate]:
    """Return the candidates by name and idiom, without those that clash.

    Idioms of one name share a folder, so their names must be equal to the letter.
    """
    by_disk_name: dict[str, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_disk_name[folded(candidate.name)].append(candidate)
    unique: dict[tuple[str, str], _Candidate] = {}
    for group in by_disk_name.values():
        keys = {(candidate.name, candidate.idiom): candidate for candidate in group}
        if len(keys) == len(group) and len({name for name, _ in keys}) == 1:
            unique |= keys
        else:
            problems.append(_clash([candidate.variant for candidate in group], {name for name, _ in keys}))
    return unique


def _without_suffix_clashes(assets: Sequence[Asset], suffix: str) -> tuple[list[Asset], list[str]]:
    """Take out assets whose dark file would have the name of another asset's file."""
    if not suffix:
        return list(assets), []
    owners: dict[str, list[Asset]] = defaultdict(list)
    for asset in assets:
        owners[folded(asset.name)].append(asset)
        if asset.dark:
            owners[folded(asset.name + suffix)].append(asset)
    clashing = [group for group in owners.values() if len(group) > 1]
    lost = {asset.name for group in clashing for asset in group}
    problems = [
        f"{' and '.join(sorted(repr(asset.source_name) for asset in group))} would be written to one file, "
        f"as dark files end with {suffix!r}"
        for group in clashing
    ]
    return [asset for asset in assets if asset.name not in lost], problems


def _without_code_clashes(assets: Sequence[Asset]) -> tuple[list[Asset], list[str]]:
    """Take out assets whose components would have one name in code, as far as a disk can tell."""
    owners: dict[str, list[Asset]] = defaultdict(list)
    for asset in assets:
        name = component_name(asset.name)
        owners[folded(name)].append(asset)
        if asset.dark:
            owners[folded(name + DARK)].append(asset)
    clashing = {name: group for name, group in owners.items() if len(group) > 1}
    lost = {asset.name for group in clashing.values() for asset in group}
    problems = [
        f"{' and '.join(sorted(repr(asset.source_name) for asset in group))} would have one name in code"
        for group in clashing.values()
    ]
    return [asset for asset in assets if asset.name not in lost], problems


def _by_node(candidate: _Candidate) -> str:
    return candidate.variant.node.id


def _asset(light: _Candidate, dark: _Candidate | None) -> Asset:
    return Asset(
        name=light.name,
        source_name=light.variant.name,
        light=light.variant.node,
        dark=dark.variant.node if dark else None,
        idiom=light.idiom,
        right_to_left=light.variant.right_to_left,
    )


def _clash(variants: Sequence[Variant], names: set[str]) -> str:
    components = listed(map(_quoted, variants), " and ")
    if len(names) == 1:
        return f"{components} have the same name: {min(names)!r}"
    return f"{components} have names that some disks take for one: {', '.join(map(repr, sorted(names)))}"


def _quoted(variant: Variant) -> str:
    return f"{variant.name!r} ({variant.node.id})"
