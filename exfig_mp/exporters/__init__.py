"""Platforms: each module turns assets into the files that its projects expect. Pure: nothing here does I/O.

`Root` is a whole config. A new platform is a module, a field of `Root` and a line in `Root.platforms`.
"""

from exfig_mp.exporters.android import Android
from exfig_mp.exporters.flutter import Flutter
from exfig_mp.exporters.protocol import Entry
from exfig_mp.exporters.settings import (
    Abort,
    Batch,
    Common,
    Figma,
    Output,
    Problem,
    Resources,
    Section,
    within,
)
from exfig_mp.exporters.web import Web
from exfig_mp.exporters.xcode import Ios

__all__ = ["Root"]


class Root(Section, frozen=True, kw_only=True):
    """A config as the YAML has it, every key of ExFig v1 included."""

    figma: Figma = Figma()
    common: Common = Common()
    ios: Ios | None = None
    android: Android | None = None
    flutter: Flutter | None = None
    web: Web | None = None
    batch: Batch = Batch()
    output: Output = Output()
    resources: Resources = Resources()
    abort: Abort = Abort()

    def platforms(self) -> dict[str, Ios | Android | Flutter | Web]:
        """Return the platforms that the config has, by key."""
        platforms = {"ios": self.ios, "android": self.android, "flutter": self.flutter, "web": self.web}
        return {key: platform for key, platform in platforms.items() if platform}

    def problems(self) -> list[Problem]:
        """Return what is wrong beyond types, in the whole config. Key paths count elements also of single objects."""
        found = within(("figma",), self.figma.problems()) + within(("common",), self.common.problems())
        for key, platform in self.platforms().items():
            found += within((key,), platform.problems())
        return found if self.figma.light_file_id else found + self._without_light_file()

    def _without_light_file(self) -> list[Problem]:
        """Return which parts of the config need the file that `figma.lightFileId` would name."""
        platforms = self.platforms()
        if any(
            not element.figma_file_id
            for platform in platforms.values()
            for element in (*platform.icons, *platform.images)
        ):
            return [(("figma", "lightFileId"), "is required for icons and images")]
        found: list[Problem] = [
            ((key, "typography"), "needs figma.lightFileId, the file of its styles")
            for key, platform in (("ios", self.ios), ("android", self.android))
            if platform and platform.typography
        ]
        if not self.common.variables_colors:
            message = "needs figma.lightFileId for styles, or the file of its variables: tokensFileId"
            found += [
                ((key, "colors", index), message)
                for key, platform in platforms.items()
                for index, element in enumerate(platform.colors)
                if not (element.tokens_file_id or element.tokens_collection_name or element.light_mode_name)
            ]
        return found

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of all platforms. To be called on a config without problems."""
        return tuple(
            entry for platform in self.platforms().values() for entry in platform.entries(self.figma, self.common)
        )
