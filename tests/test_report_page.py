"""The HTML report of whole runs: one page that shows assets and changes, asks for nothing, and obeys no name."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import NamedTuple

import pytest

from tests.conftest import CONFIG, DARK, LIGHT
from tests.hostile_names import HOSTILE_NAMES
from tests.odd_names import rename_components

_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "code", "table", "tr", "th", "td", "ul"),
    *("li", "div", "span", "img", "figure", "figcaption", "details", "summary", "svg", "line", "text", "rect"),
    *("polyline", "nav", "a", "dl", "dt", "dd"),
}
MISSING = "figma: {lightFileId: NoSuchFile}\nweb: {output: out, icons: {outputDirectory: src, svgDirectory: icons}}\n"
_DATA = re.compile(r"data:(image/(?:svg\+xml|png|jpeg|webp));base64,([A-Za-z0-9+/]+=*)")


class Element(NamedTuple):
    tag: str
    attributes: dict[str, str]


class Page(HTMLParser):
    """A page as a browser takes it apart: its elements, and the texts between them."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.size = len(body)
        self.elements: list[Element] = []
        self.comments: list[str] = []
        self.texts: list[str] = []
        self.style = ""
        self._tag = ""
        self._open: list[str] = []
        self._places: list[tuple[str, ...]] = []
        self.feed(body.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self._tag = tag
        if tag in {"dl", "table"}:
            self._open.append(tag)
        self.elements.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag):
        self._tag = "" if tag == self._tag else self._tag
        if tag in self._open:
            self._open.remove(tag)

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_data(self, data):
        if self._tag == "style":
            self.style += data
        elif data.strip():
            self.texts.append(" ".join(data.split()))
            self._places.append(tuple(self._open))

    def all(self, tag, **wanted):
        return [
            one.attributes
            for one in self.elements
            if one.tag == tag and all(one.attributes.get(key.rstrip("_")) == value for key, value in wanted.items())
        ]

    def inside(self, tag) -> list[str]:
        """Return the texts within lists of facts, or tables."""
        return [text for text, place in zip(self.texts, self._places, strict=True) if tag in place]

    def pictures(self) -> list[bytes]:
        return [base64.b64decode(match[2]) for one in self.all("img") if (match := _DATA.fullmatch(one["src"]))]


def page_of(project, *arguments):
    ran = project.run("batch", "app.yaml", "--report", "report.html", *arguments)
    return ran, Page((project.folder / "report.html").read_bytes())


def check_harmless(page: Page) -> None:
    """No element, attribute or address of a page does more than show something that is in it."""
    assert {one.tag for one in page.elements} <= _TAGS
    assert page.comments == []
    for one in page.elements:
        assert not [key for key in one.attributes if key.startswith("on") or key in {"style", "srcset"}]
        assert one.tag == "img" or "src" not in one.attributes
        assert one.tag == "a" or "href" not in one.attributes
    sections = [f"#{one.attributes['id']}" for one in page.elements if "id" in one.attributes]
    assert [one["href"] for one in page.all("a")] == sections
    assert all(_DATA.fullmatch(one["src"]) for one in page.all("img"))
    (policy,) = [one["content"] for one in page.all("meta", **{"http-equiv": "Content-Security-Policy"})]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'",
        "style-src": f"'sha256-{digest}'",
    }  # fmt: skip
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_the_page_shows_each_asset_on_light_and_dark_as_its_files_are(app, library):
    ran, page = page_of(app)

    assert ran.code == 0, ran.text
    check_harmless(page)
    names = set(library.ids(LIGHT))
    assert names <= set(page.texts)
    assert len(page.all("figure")) == len(names)
    files = set(app.tree().values())
    shown = page.pictures()
    assert len(shown) == 2 * len(names)
    assert set(shown) <= files
    alts = [one["alt"] for one in page.all("img")]
    assert len([alt for alt in alts if alt.endswith(" on light")]) == len(names)


def test_dark_assets_are_shown_on_dark(app, library):
    app.write("app.yaml", CONFIG)

    _, page = page_of(app)

    name, node = next(iter(library.ids(DARK).items()))
    dark = library.drawing(DARK, node, "format=svg")
    pictures = [one["src"] for one in page.all("img", alt=f"{name} on dark")]
    light = [one["src"] for one in page.all("img", alt=f"{name} on light")]
    assert len(pictures) == len(light) == 1
    assert pictures != light
    assert base64.b64decode(pictures[0].partition(",")[2]) == dark


def test_changed_files_are_shown_before_and_after_and_nothing_is_left_behind(app, library):  # noqa: ARG001 - what the simulator simulates
    page_of(app)
    tree = app.tree()
    path = next(path for path in tree if path.startswith("web/") and path.endswith(".svg"))
    before = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><title>mine</title></svg>'
    app.write(f"out/{path}", before.decode())

    ran, page = page_of(app)

    assert ran.code == 0, ran.text
    check_harmless(page)
    shown = [base64.b64decode(one["src"].partition(",")[2]) for one in page.all("img", alt=f"out/{path} on light")]
    assert shown == [before, tree[path]]
    assert shown == [
        base64.b64decode(one["src"].partition(",")[2]) for one in page.all("img", alt=f"out/{path} on dark")
    ]
    assert "0 new, 1 changed, 0 removed." in page.texts
    assert not [text for text in page.texts if text.endswith("changed files")]
    hidden = {path.name for path in app.folder.iterdir() if path.name.startswith(".")}
    assert hidden <= {".home", ".exfig-cache"}


def test_a_change_that_was_made_to_several_files_is_shown_once_and_what_no_browser_shows_is_listed(app, library):
    page_of(app)
    name, before = "accessibility-00001", app.tree()
    library.post("/_simulator/design", {"file": LIGHT, "edits": [{"do": "redraw", "name": name}]})

    ran, page = page_of(app)

    assert ran.code == 0, ran.text
    changed = [f"out/{path}" for path, body in app.tree().items() if before[path] != body]
    drawings = [path for path in changed if path.endswith(".svg")]
    assert len(drawings) == 3
    assert set(changed) <= set(page.texts)
    assert len(page.all("figure", class_="comparison")) == 1
    assert len([one for one in page.all("img") if one["alt"].removesuffix(" on light") in drawings]) == 2
    assert f"{len(changed) - 3} more changed files" in page.texts


def test_a_config_that_is_wrong_as_a_whole_and_a_single_entry_are_counted(app, library):  # noqa: ARG001 - what the simulator simulates
    app.write("broken.yaml", "figma: [")
    app.write("missing.yaml", MISSING)

    ran, page = page_of(app, "broken.yaml", "missing.yaml")

    assert ran.code == 1, ran.text
    facts = dict(zip(*[iter(page.inside("dl"))] * 2, strict=True))
    assert (facts["configs failed"], facts["entries failed"]) == ("1", "1")
    cells = page.inside("table")
    titles = cells[: cells.index("app.yaml")]
    failed = cells[titles.index("entries failed") :: len(titles)]
    assert dict(zip(cells[:: len(titles)], failed, strict=True)) == {
        "config": "entries failed",
        "app.yaml": "-",
        "broken.yaml": "all",
        "missing.yaml": "1",
    }


def test_the_page_has_colours_for_either_scheme_and_scrolls_sideways_in_what_is_wide_alone(app, library):  # noqa: ARG001 - what the simulator simulates
    _, page = page_of(app)

    assert "prefers-color-scheme: dark" in page.style
    defined = set(re.findall(r"(--[a-z]+):", page.style))
    assert set(re.findall(r"var\((--[a-z]+)\)", page.style)) == defined
    assert all(page.style.count(f"{name}:") == 2 for name in defined)
    assert len(page.all("div", class_="scroll")) == len(page.all("table")) + 1


def test_hostile_names_and_drawings_are_shown_and_do_nothing(app, faulty):
    figma = faulty({"on": "cdn", "do": "status", "status": 404, "rate": 0.2})
    rename_components(figma, LIGHT, HOSTILE_NAMES)
    rename_components(figma, DARK, HOSTILE_NAMES)

    ran, page = page_of(app, "--max-retries", "0", "--abort-failure-rate", "0")

    assert ran.code == 1, ran.text
    check_harmless(page)
    text = " ".join(page.texts)
    for name in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</title></style><script>x",
        '" onload="x',
    ):
        assert name in text
    assert all(part.isprintable() for part in page.texts)


def test_the_timeline_has_a_bar_for_each_request_and_each_worker(app, library):
    ran, page = page_of(app, "--workers", "2")

    assert ran.code == 0, ran.text
    lanes = [text for text in page.texts if text.startswith(("Tier ", "worker-")) and len(text) < 10]
    assert {"Tier 1", "Tier 3", "worker-1", "worker-2"} <= set(lanes)
    requests = [entry for entry in library.log() if entry["kind"] != "cdn"]
    titles = [text for text in page.texts if text.startswith("GET ")]
    assert len(titles) == len(requests) > 0
    assert len(page.all("polyline")) == 1


def test_the_timeline_shows_workers_that_are_replaced_and_their_successors(app, library):  # noqa: ARG001 - what the simulator simulates
    ran, page = page_of(app, "--workers", "1", "--worker-max-tasks", "10", "--log-file", "run.log", "-v")

    assert ran.code == 0, ran.text
    replaced = (app.folder / "run.log").read_text().count("a worker is replaced")
    lives = [text for text in page.texts if re.match(r"worker-1 \(", text)]
    assert len([text for text in lives if "replaced for its tasks" in text]) == replaced > 0
    assert len(lives) == replaced + 1


@pytest.mark.parametrize("command", ["nothing.yaml", "--dry-run"])
def test_a_run_that_cannot_begin_leaves_no_page(app, command):
    app.write("nothing.yaml", "figma: [")

    ran = app.run("batch", "app.yaml" if command.startswith("-") else command, command, "--report", "report.html")

    assert ran.code == 2
    assert not (app.folder / "report.html").exists()


def test_a_run_that_is_refused_by_figma_still_has_its_page(app):
    ran = app.run("batch", "app.yaml", "--report", "report.html", FIGMA_PERSONAL_TOKEN="figd_wrong")

    page = Page((app.folder / "report.html").read_bytes())
    assert ran.code == 3, ran.text
    check_harmless(page)
    assert any("Calls to Figma" in text for text in page.texts)
