"""Who may import whom, one door for each library, and how large things may become: read from the source, not run.

Every rule is a row of a table; a new module that no row knows fails the first test.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parents[1] / "exfig_mp"
_STANDARD = sys.stdlib_module_names
_ROOMS = ("cli", "config", "convert", "engines", "exporters", "reports", "simulator", "sources")

_VOCABULARY = {"colors", "conversions", "errors", "hashing", "model", "text_styles"}
_PURE = {
    *(
        "abort",
        "analysis",
        "blocked_files",
        "budget",
        "changes",
        "formats",
        "hosts",
        "labels",
        "leaky_bucket",
        "ledger",
        "plan",
        "planned",
    ),
    *("ratelimit", "redaction", "report", "resume", "retry", "timeline", "waits", "way_on", "workflow"),
}
_DOORS = {
    *(
        "before",
        "block",
        "cache",
        "checkpoint",
        "client",
        "download",
        "exchange",
        "files",
        "found",
        "generation",
        "http1",
        "journal",
    ),
    *("limiter", "log", "outputs", "room", "state_folder", "tls", "transfer"),
}
_FLOW = {
    *(
        "batch",
        "brake",
        "chronicle",
        "collect",
        "conflicts",
        "incremental",
        "indexes",
        "pipeline",
        "run_log",
        "run_options",
    ),
    *("code_syntax", "collect_colors", "collect_text_styles", "forecast", "insertions", "token_download"),
    *("token_files", "wiring", "xcode_project"),
}
_NEUTRAL = {"__init__"}  # the version
_EXEMPTION = re.compile(r"#\s*(?:noqa|type: ignore)\b")
_EXPLAINED = re.compile(r"# (?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])\s+(?:#|-) \S")

MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": _VOCABULARY,
    "hashing": set(),
    "colors": set(),
    "text_styles": set(),
    "conversions": set(),
    "model": {"conversions", "hashing"},
    "formats": _VOCABULARY,
    "ratelimit": _VOCABULARY,
    "leaky_bucket": {"ratelimit"},
    "blocked_files": {"hashing", "ratelimit"},
    "waits": set(),
    "abort": _VOCABULARY,
    "analysis": _VOCABULARY | {"abort"},
    "retry": _VOCABULARY,
    # A value of the door beside them is what these decide about; they import its name for annotations only.
    "resume": _VOCABULARY | {"found"},
    "planned": _VOCABULARY | {"exporters"},
    "plan": _VOCABULARY | {"exporters", "planned"},
    "changes": set(),
    "timeline": set(),
    "before": {"changes", "files", "hashing"},
    "chronicle": _VOCABULARY | _PURE | {"before", "engines", "insertions", "sources"},
    "ledger": _VOCABULARY | {"abort", "changes", "plan", "planned", "waits"},
    "hosts": set(),
    "way_on": _VOCABULARY | {"report"},
    "report": _VOCABULARY | {"analysis", "changes", "ledger", "waits", "way_on"},
    "reports": _VOCABULARY | _PURE | _DOORS | {"exporters", "templating"},
    "brake": _VOCABULARY | {"abort"},
    "room": {"errors", "files"},
    "redaction": set(),
    "workflow": set(),
    "log": _VOCABULARY | {"redaction", "workflow"},
    "files": _VOCABULARY,
    "exchange": {"hosts", "redaction"},
    "tls": set(),
    "client": {"exchange", "tls"},
    "budget": set(),
    "http1": {"budget", "exchange"},
    "download": {"budget", "client", "exchange", "hosts", "http1", "tls"},
    "block": {"errors", "hashing"},
    "limiter": _VOCABULARY | _PURE | {"block"},
    "journal": _VOCABULARY | {"files"},
    "labels": {"hashing"},
    "generation": _VOCABULARY | {"files", "journal", "labels"},
    "state_folder": _VOCABULARY | {"files", "generation", "journal"},
    "found": _VOCABULARY | {"generation", "labels", "state_folder"},
    "checkpoint": _VOCABULARY | {"files", "found", "generation", "journal", "labels", "state_folder"},
    "cache": {"files", "hashing"},
    "outputs": _VOCABULARY | {"cache", "files", "journal", "plan", "planned"},
    "incremental": _VOCABULARY | {"cache", "journal", "ledger", "outputs", "plan", "planned", "sources"},
    "transfer": _VOCABULARY | _PURE | {"cache", "convert", "download", "exchange", "files", "limiter", "log"},
    "sources": _VOCABULARY | _PURE | _DOORS | {"exporters"},
    "exporters": _VOCABULARY,
    "convert": _VOCABULARY,
    "config": _VOCABULARY | {"exporters"},
    "engines": _VOCABULARY | _PURE | _DOORS,
    "run_options": _VOCABULARY | _PURE | _DOORS | {"engines", "exporters", "incremental", "sources"},
    "conflicts": _VOCABULARY | _PURE | {"config", "exporters", "token_files"},
    "templating": _VOCABULARY | {"exporters"},
    "framing": _VOCABULARY | {"exporters", "planned", "templating"},
    "token_files": _VOCABULARY | {"exporters", "planned", "templating"},
    "collect_colors": _VOCABULARY | {"exporters", "sources", "token_files"},
    "collect_text_styles": _VOCABULARY | {"exporters", "sources", "token_files"},
    "xcode_project": {"files"},
    "insertions": _VOCABULARY | {"exporters", "files", "planned", "token_files", "transfer"},
    "code_syntax": _VOCABULARY | {"exporters", "sources"},
    "collect": _VOCABULARY
    | _PURE
    | {"code_syntax", "collect_colors", "collect_text_styles", "exporters", "framing", "run_options", "sources"}
    | {"templating", "token_files"},
    "pipeline": _VOCABULARY | _PURE | _DOORS | {"brake", "sources"},
    "run_log": _VOCABULARY | _PURE | _DOORS | _NEUTRAL | {"engines", "run_options", "sources"},
    "indexes": _VOCABULARY | _PURE | {"brake", "files", "insertions", "transfer", "xcode_project"},
    "wiring": _VOCABULARY | _PURE | _DOORS | {"brake", "chronicle", "engines", "run_log", "run_options", "sources"},
    "forecast": _VOCABULARY | _PURE | _DOORS | {"collect", "incremental", "insertions", "sources", "wiring"},
    "token_download": _VOCABULARY | _PURE | _DOORS | {"exporters", "sources", "wiring"} | _NEUTRAL,
    "batch": _VOCABULARY | _PURE | _DOORS | _FLOW | _NEUTRAL | {"engines", "exporters", "sources"},
    "cli": _VOCABULARY
    | _PURE
    | _DOORS
    | _FLOW
    | _NEUTRAL
    | {"config", "engines", "exporters", "reports", "sources", "simulator"},
    "simulator": {"hashing", "model"},
}
"""Rooms and root modules: what else of ours each may import, annotations included."""

DOORS: dict[str, set[str]] = {
    "aiohappyeyeballs": {"download"},
    "aiohttp": {"client", "simulator"},
    "yarl": {"client", "simulator"},
    "yaml": {"config.yaml_tree", "simulator"},
    "filelock": {"journal"},
    "xxhash": {"hashing"},
    "structlog": {"log"},
    "click": {"cli"},
    "rich": {"cli"},
    "multiprocessing": {"engines.member", "engines.nursery", "engines.tidy", "engines.worker", "simulator"},
    "resvg_py": {"convert.raster", "simulator"},
    "PIL": {"convert.pictures", "simulator"},
    "pillow_heif": {"convert.heic"},
    "uvloop": {"engines.worker", "cli", "simulator"},
    "jinja2": {"templating"},
    "fcntl": {"files", "block"},
    "mmap": {"block"},
}
"""Libraries, and the modules or rooms that may import them."""

EVERYWHERE = {"msgspec"}

_IO = {
    *("aiohttp", "asyncio", "fcntl", "filelock", "http", "mmap", "multiprocessing", "os", "pathlib", "random"),
    *("secrets", "shutil", "signal", "socket", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "yarl"),
}
_NO_IO = (
    *(*_PURE, "colors", "conversions", "convert", "exporters", "conflicts", "model", "errors", "hashing"),
    "text_styles",
)
PURE: dict[str, set[str]] = dict.fromkeys(_NO_IO, _IO) | {
    "planned": _IO - {"os"},  # os.path only: see the test below
}
"""Modules and rooms that decide and describe, and what they may therefore not import."""

_LONGEST = 300
_BROAD_EXCEPTS = 3


class Module:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = ".".join(path.relative_to(_PACKAGE).with_suffix("").parts)
        self.room = self.name.partition(".")[0]
        self.text = path.read_text("utf-8")
        self.tree = ast.parse(self.text)

    def imports(self, *, at_run_time_only: bool = False) -> set[str]:
        """Return the absolute dotted names of all that is imported, also inside functions."""
        skipped = _annotations_only(self.tree) if at_run_time_only else set()
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}: imports are absolute"
                assert node.module
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
        return found

    def packages(self) -> set[str]:
        """Return the packages that are imported when the module runs; parsing URLs is no I/O."""
        names = self.imports(at_run_time_only=True)
        return {name.partition(".")[0] for name in names if not name.startswith("urllib.parse")}

    def ours(self, *, at_run_time_only: bool = False) -> set[str]:
        """Return the modules of ours that are imported, by their names in the package."""
        imports = self.imports(at_run_time_only=at_run_time_only)
        return {module for name in imports if name.startswith("exfig_mp.") for module in [_module_of(name)]}


def _annotations_only(tree: ast.AST) -> set[int]:
    """Return the nodes below `if TYPE_CHECKING:`."""
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }


def _module_of(dotted: str) -> str:
    """Return which module of the package a dotted name is in: `exfig_mp.plan.split` is in `plan`."""
    parts = dotted.split(".")[1:]
    while parts:
        if _PACKAGE.joinpath(*parts).with_suffix(".py").is_file():
            return ".".join(parts)
        if _PACKAGE.joinpath(*parts, "__init__.py").is_file():
            return ".".join([*parts, "__init__"])
        parts.pop()
    return "__init__"


MODULES = {module.name: module for module in map(Module, sorted(_PACKAGE.rglob("*.py")))}


def test_the_table_knows_every_module_and_room():
    assert {module.room for module in MODULES.values()} == set(MAY_IMPORT)
    assert {module.room for module in MODULES.values() if "." in module.name} == set(_ROOMS)


def test_modules_import_only_what_the_table_allows():
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES.values()
        for name in sorted(module.ours())
        if name.partition(".")[0] not in MAY_IMPORT[module.room] | {module.room}
    ]

    assert wrong == []


def test_libraries_have_their_doors():
    wrong = [
        f"{module.name} imports {library}"
        for module in MODULES.values()
        for library in sorted(module.packages())
        if library not in _STANDARD | {"exfig_mp", *EVERYWHERE} or library in DOORS
        if not DOORS.get(library, set()) & {module.name, module.room}
    ]

    assert wrong == [], "a new library needs a row of the table"


def test_pure_modules_import_no_io():
    wrong = [
        f"{module.name} imports {package}"
        for module in MODULES.values()
        for package in sorted(module.packages() & PURE.get(module.name, PURE.get(module.room, set())))
    ]

    assert wrong == []


def test_the_plan_asks_no_disk():
    attributes = [
        node.attr
        for node in ast.walk(MODULES["planned"].tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
    ]

    assert set(attributes) == {"path"}


def test_nothing_is_imported_in_a_circle():
    graph = {name: module.ours(at_run_time_only=True) - {name} for name, module in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for imported in sorted(graph[name]):
                visit(imported, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_modules_are_short():
    assert [name for name, module in MODULES.items() if len(module.text.splitlines()) > _LONGEST] == []


def test_nothing_prints_and_nothing_is_global():
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in MODULES.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print")
    ]

    assert wrong == []


def test_broad_excepts_are_few():
    broad = [
        f"{module.name}:{node.lineno}"
        for module in MODULES.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]

    assert len(broad) <= _BROAD_EXCEPTS, broad


def test_every_module_says_what_lives_in_it():
    assert [name for name, module in MODULES.items() if not ast.get_docstring(module.tree)] == []


def test_whatever_is_exempt_from_a_rule_says_why():
    unexplained = [
        f"{path}:{number}"
        for folder in (_PACKAGE, _PACKAGE.with_name("bench"))
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if _EXEMPTION.search(line) and not _EXPLAINED.search(line)
    ]

    assert unexplained == []
