"""The icons of the portal as one sprite: `python -m portal.icons` writes static/icons.svg anew.

Only that needs the lucide package, so only those who develop install it.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

# Lucide names, nothing else may be drawn: a page asks for one file, once.
ICON_NAMES = frozenset(
    [
        "arrow-down",
        "arrow-left",
        "arrow-right",
        "arrow-up",
        "ban",
        "bell",
        "bell-ring",
        "building-2",
        "calendar",
        "calendar-check",
        "calendar-clock",
        "calendar-off",
        "calendar-x",
        "chart-column",
        "check",
        "chevron-down",
        "chevron-right",
        "circle-alert",
        "circle-check",
        "circle-check-big",
        "circle-dashed",
        "circle-question-mark",
        "clipboard-list",
        "clock",
        "clock-alert",
        "copy",
        "corner-down-right",
        "database",
        "download",
        "external-link",
        "eye",
        "eye-off",
        "file-check",
        "file-clock",
        "file-pen",
        "file-plus",
        "file-spreadsheet",
        "file-stack",
        "file-text",
        "file-x",
        "flag",
        "folder",
        "funnel",
        "globe",
        "hand",
        "history",
        "hourglass",
        "inbox",
        "info",
        "key-round",
        "landmark",
        "languages",
        "link",
        "list-checks",
        "list-plus",
        "list-tree",
        "lock",
        "log-in",
        "log-out",
        "mail",
        "map-pin",
        "message-square",
        "minus",
        "network",
        "octagon-alert",
        "paperclip",
        "pause",
        "pencil",
        "play",
        "plus",
        "printer",
        "refresh-cw",
        "repeat",
        "rotate-ccw",
        "scale",
        "search",
        "send",
        "settings",
        "share-2",
        "shield",
        "shield-check",
        "sliders-horizontal",
        "star",
        "target",
        "timer",
        "trash-2",
        "trending-down",
        "trending-up",
        "triangle-alert",
        "undo-2",
        "upload",
        "user",
        "user-check",
        "user-cog",
        "user-plus",
        "user-x",
        "users",
        "x",
    ]
)

SPRITE = Path(__file__).resolve().parent.parent / "static" / "icons.svg"
_CREDIT = (
    "<!-- Lucide, https://lucide.dev: MIT (Feather, Cole Bemis 2013-2022) and Lucide Contributors 2022 -->"
)


def build_sprite() -> str:
    """The sprite's text: one symbol for each name, drawn from the installed lucide package."""
    with files("lucide").joinpath("lucide.zip").open("rb") as box, ZipFile(box) as drawings:
        symbols = [_symbol(name, drawings.read(f"{name}.svg").decode()) for name in sorted(ICON_NAMES)]
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{_CREDIT}\n{body}\n</svg>\n'


def _symbol(name: str, drawing: str) -> str:
    shapes = re.sub(r"\s+", " ", drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]).strip()
    shapes = shapes.replace(" />", "/>").replace("> <", "><")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


if __name__ == "__main__":
    SPRITE.write_text(build_sprite(), encoding="utf-8")
