"""Where exfig-mp deliberately does something else than the project whose tests a case is from: all of it, and why.

ExFig is meant where `theirs` names nobody. Whatever is listed must really differ: `conformance` says how that is held.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What they do, what we do, and why ours is right.

    Args:
        area: the file of the cases.
        cases: by the case's number, what is expected of us instead; or a function that makes it of what is expected
            of them.
        theirs, ours, why: clauses for people.
    """

    area: str
    cases: Mapping[str, Any]
    theirs: str
    ours: str
    why: str

    def expected(self, case_id: str, theirs: Any) -> Any:
        """Return what is expected of us in a case, given what is expected of them."""
        ours = self.cases[case_id.removeprefix(f"{self.area}/")]
        return ours(theirs) if callable(ours) else ours


def _with(**changes: Any) -> Callable[[Any], Any]:
    return lambda theirs: theirs | changes


def _commented(key: str) -> Callable[[Any], Any]:
    """Make comments of all lines of the header in the text at `key`: up to the one with ExFig's address."""

    def change(theirs: Any) -> Any:
        header, address, rest = theirs[key].partition("https://github.com/alexey1312/ExFig\n")
        lines = re.sub("^(?!//)", "// ", header, flags=re.MULTILINE)
        return theirs | {key: re.sub("// $", "//", lines, flags=re.MULTILINE) + address + rest}

    return change


_HEADER = {
    "theirs": "the header of generated code has the mark of a comment in its first line only",
    "ours": "each line of it is a comment",
    "why": "the other lines are no code, so that no compiler takes their file",
}
_DASHED = {"facts": [["refused", "the SVG holds a dashed stroke, which vector drawables cannot draw"]]}
_MASKED = {
    "facts": [["refused", "the SVG holds a mask that is more than a plain shape, which vector drawables cannot draw"]]
}

_ALL = (
    Difference(
        area="api_errors",
        cases={
            "001": {"message_contains": ["HTTP 401", "FIGMA_PERSONAL_TOKEN"]},
            "002": {"message_contains": ["HTTP 403", "share the file", "scopes"]},
            "003": {"message_contains": ["HTTP 404", "file key"]},
            "004": {"message_contains": ["blocks", "45 s", "--max-wait"]},
            "006": {"message_contains": ["5 attempts", "HTTP 500", "status.figma.com"]},
            "007": {"message_contains": ["5 attempts", "HTTP 502", "status.figma.com"]},
            "014": {"message_contains": ["5 attempts", "Connection reset", "network"]},
            "015": {"message_contains": ["5 attempts", "Connection reset", "network"]},
            "019": {"message_contains": ["5 attempts", "HTTP 429: Rate limit exceeded"]},
        },
        theirs="a message has a name for the status",
        ours="it says what was asked for, the status, how often, and what to do about it",
        why="several files and kinds of call fail in one run, and a status alone has several causes",
    ),
    Difference(
        area="api_errors",
        cases={"013": {"suggestion": "if it stays, please report it together with this message"}},
        theirs="nothing is suggested after a 400",
        ours="to report it",
        why="a request that Figma does not understand is our mistake",
    ),
    Difference(
        area="api_errors",
        cases={"017": {"message_contains": ["HTTP 404", "Not found", "check the file key"]}},
        theirs="lightFileId is named as what is wrong",
        ours="the file is named by its key",
        why="keys also come from darkFileId, from entries, from variables and from the command line",
    ),
    Difference(
        area="cli_fault_options",
        cases={"017": {"requestsPerMinute": 1500}, "029": {"requestsPerMinute": 1800}},
        theirs="the number of --rate-limit is requests per minute",
        ours="a bare number is requests per second, and 25/min one per minute",
        why="our limit is a ceiling per second; the unit can be given, and what is in force is shown",
    ),
    Difference(
        area="flutter_colors",
        cases={"002": _commented("text")},
        **_HEADER,
    ),
    Difference(
        area="flutter_icons",
        cases={"001": _commented("dart_text"), "002": _commented("dart_text")},
        **_HEADER,
    ),
    Difference(
        area="flutter_images",
        cases={"001": _commented("dart_text"), "002": _commented("dart_text")},
        **_HEADER,
    ),
    Difference(
        area="node_hash",
        cases={"001": "99aa06d3014798d86001c324468d497f", "002": "a96faf705af16834e6c632b61e964e1f"},
        theirs="things are known by an FNV-1a hash of 64 bits",
        ours="by xxh3 with 128 bits",
        why="it is quicker, and two of many thousand renders must never have one hash",
    ),
    Difference(
        area="node_hash",
        cases={"029": True},
        theirs="a component with another name has another hash",
        ours="it has the same one",
        why="the drawing is the same: under its new name the file is made of the render that is there, without a call",
    ),
    Difference(
        area="node_hash",
        cases={"040": "176cedd4e28af19a534b459fde8cea20"},
        theirs="some properties of a node are hashed, with FNV-1a",
        ours="all that shows, with xxh3",
        why="what is not hashed can change unnoticed; as theirs it is the same on every machine",
    ),
    Difference(
        area="rate_limiter",
        cases={"005": {"paused": True, "retry_after": 5.0}},
        theirs="a pause after a 429 can be taken back, and the first request that wakes up does so",
        ours="it lasts as long as Figma said, whatever comes meanwhile",
        why="another process may have been told of a longer pause, and who asks too early is told to wait anew",
    ),
    Difference(
        area="rate_limiter",
        cases={
            "006": {"counts": {"test": 1}, "paused": True, "retry_after": 10.0},
            "007": {"counts": {"config-1": 1, "config-2": 1}},
        },
        theirs="what the limiter knows can be reset",
        ours="it outlives even the run",
        why="Figma does not forget what was sent: who begins anew would run into the limit again",
    ),
    Difference(
        area="retry_after",
        cases={"007": 1.0},
        theirs="after a 429 that does not say for how long, all wait for 60 s",
        ours="it is a retry like others, after 1, 2, 4 and 8 s, for which all processes wait",
        why="a limit of 10 to 20 a minute has a slot every few seconds; if it was too early the next wait is longer",
    ),
    Difference(
        area="retry_policy",
        cases={
            "002": 1.0,
            "003": 2.0,
            "004": 4.0,
            "005": 8.0,
            "030": 2.0,
            "007": {"min": 0.5, "max": 1.5, "distinct_more_than": 1},
        },
        theirs="the first retry waits for 3 s, each one after it twice as long",
        ours="the first one waits for 1 s, each one after it twice as long",
        why="a fault of a moment costs a second, four retries bridge 15 s, and a time that Figma names is kept to",
    ),
    Difference(
        area="rmr_colorset",
        cases={"010": lambda theirs: theirs | {"AndroidComposeExample": theirs["AndroidExample"]}},
        theirs="one of figma-export's Android examples has another value of this colour than its iOS example",
        ours="all platforms have that of Figma's file",
        why="their examples were exported on different days, and the designers had changed the colour in between",
    ),
    Difference(
        area="svg_parse",
        cases={"021": _DASHED, "026": _DASHED, "032": _DASHED, "034": _DASHED},
        theirs="dashes of a stroke are read, and lost in the drawable",
        ours="a drawing with dashes is refused for Android, by name",
        why="Android's vectors have no dashes, and an icon with solid lines is another icon",
    ),
    Difference(
        area="svg_parse",
        cases={"041": {"facts": [["paths.count", 1], ["paths[0].fill.green", 0], ["paths[0].fill.red", 255]]}},
        theirs="an attribute goes before the style sheet",
        ours="the style sheet goes before an attribute",
        why="CSS says so (a presentation attribute has specificity 0), and browsers draw so",
    ),
    Difference(
        area="svg_parse",
        cases={"065": {"facts": [["paths.count", 1], ["paths[0].fillOpacity", None], ["paths[0].strokeWidth", 2.0]]}},
        theirs="the opacity of a fill is kept where there is no fill",
        ours="what is not painted is not kept",
        why="it has no effect on the drawing",
    ),
    Difference(
        area="svg_parse",
        cases={"072": _MASKED, "074": _MASKED, "075": _MASKED},
        theirs="a mask of black shapes is taken for a clip path",
        ours="it is refused for Android, by name",
        why="SVG's masks let through what is light: black hides all, where a clip path shows it",
    ),
    Difference(
        area="svg_parse",
        cases={"090": {"facts": [[f'radialGradients["grad1"].{key}', 0.5] for key in ("cx", "cy", "r")]}},
        theirs="50 % of a gradient are 50 % of the picture's side",
        ours="they are half of the shape that it paints",
        why="SVG says so, unless gradientUnits is userSpaceOnUse",
    ),
    Difference(
        area="svg_parse",
        cases={"094": {"facts": [[f'linearGradients["grad1"].stops[{n}].offset', 1.0] for n in range(3)]}},
        theirs="the stops of a gradient are sorted",
        ours="a stop that lies before the one above it is moved to its place",
        why="SVG says so, and browsers draw so",
    ),
    Difference(
        area="third_party_style_parse",
        cases={"003": _with(fills=[])},
        theirs="figma-export (marcomontalbano's) writes a gradient as a text of CSS",
        ours="a style that is a gradient is left out, with a warning, as in ExFig",
        why="colours are constants of one value in the code and catalogues of iOS, Android and Flutter",
    ),
    Difference(
        area="third_party_style_parse",
        cases={"005": lambda theirs: theirs | {"fills": theirs["fills"][-1:]}},
        theirs="figma-export (marcomontalbano's) lists all fills of a style",
        ours="the lowest one is the colour, as in ExFig, with a warning",
        why="a colour has one value",
    ),
    Difference(
        area="third_party_style_parse",
        cases={
            "012": _with(
                style={
                    "fontFamily": "RobotoCondensed-Bold",
                    "fontSize": 14,
                    "letterSpacing": 0,
                    "lineHeight": "1.5",
                    "textTransform": "lowercase",
                }
            )
        },
        theirs="figma-export (marcomontalbano's) has the declarations of CSS: family, weight, decoration, alignment",
        ours="a text style is font (by its PostScript name), size, line height, spacing and case, as in ExFig",
        why="the PostScript name has family, weight and slant in one, and is what iOS looks a font up by",
    ),
    Difference(
        area="vector_drawable_color",
        cases={"002": {"contains": ['android:fillColor="#80FF0000"']}},
        theirs="an alpha of 0.5 is 7F in drawables, cut off, and 80 in colours, rounded",
        ours="it is 80 in both",
        why="80 is nearer, and one colour should not have two values in one app",
    ),
    Difference(
        area="vector_path_limits",
        cases={"003": {"exceeds_lint_800": False, "exceeds_critical_32767": False}, "006": {"issues": []}},
        theirs="a path of more than 800 characters is warned of",
        ours="nothing is said of it",
        why="it works; Android Studio's own lint says so where people look, and real icons have such paths",
    ),
    Difference(
        area="web_colors",
        cases={"003": _commented("text")},
        **_HEADER,
    ),
    Difference(
        area="web_svg_to_jsx",
        cases={"011": {"contains": ['xlinkHref="#Star-1"'], "not_contains": ["xlink:href"]}},
        theirs="ids of an SVG stay as they are",
        ours="they are numbered behind the component's name",
        why="Figma gives many drawings the same ids, and on a page the first one would be used for all",
    ),
    Difference(
        area="xcode_contents_json",
        cases={
            "001": {
                "contains_json_members": [
                    *('"red" : "0xFF"', '"green" : "0x00"', '"blue" : "0x00"'),
                    *('"alpha" : "1.000"', '"color-space" : "srgb"'),
                ]
            }
        },
        theirs="the type for a colour set can hold decimal components",
        ours="components are hexadecimal",
        why="that is what ExFig and figma-export write, and what Xcode does",
    ),
)

DIFFERENCES = {f"{one.area}/{number}": one for one in _ALL for number in one.cases}
"""All of them by the ids of their cases."""

NOT_APPLICABLE = dict.fromkeys(
    ("third_party_style_parse/006", "third_party_style_parse/007"),
    "styles of effects (shadows, blurs) are written by figma-export (marcomontalbano's) as CSS; ExFig, whose configs "
    "exfig-mp reads, has no key that asks for them, so there is nothing of ours to judge",
)
"""Cases about something that exfig-mp does not do at all, and why."""

WITHOUT_CASE = {
    "cli_fault_options": (
        "without --timeout they wait for 30 s; so do we, but 75 s for renders, as Figma itself draws for up to 55 s",
    ),
    "fetch": (
        "a regexp that is none is passed over; here it is an error, as names would come out otherwise than wanted",
        "--name-validate-regexp alone is passed over; here names must match it, as in a config",
        "--name-replace-regexp alone is passed over; here it is an error: it has nothing to replace",
        "--format webp asks Figma for a format that it has not; here it is made of the PNG",
    ),
    "tracking_cache": (
        "a file whose version is unchanged is skipped; here it is also looked at which of its outputs are in place",
    ),
    "w3c_tokens": (
        "of two tokens with one name they keep either; here the first one stays, and the other is a problem",
        "of a token with the name of a group they lose one; here it is $root of the group, as the format has it",
        "$, braces and dots in names stay; here they are _, as the format has its own use for them",
        "they write no line end at the end of the file; we do",
    ),
}
"""Differences of which no case speaks, by what they are about; the tests of that hold ours."""
