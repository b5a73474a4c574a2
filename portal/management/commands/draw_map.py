"""Draws docs/map.md: the rooms of the house, their floors, and the modules in each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from portal.management.written_page import WrittenPageCommand, first_paragraph

MAX_SHARE = 40  # percent of the house in one room: docs/decisions/0016-rooms.md
# What every floor may use of `portal`: the ground floor, while the rest of `portal` is the roof.
GROUND = ("portal.shared", "portal.env")
FIGURES = re.compile(r"\| [\d,]+ \| \d+ % \|")

HEAD = """# The house

Drawn by `.venv/bin/python manage.py draw_map` from the imports and the docstrings; do not edit it by hand.
`python3 run.py check` fails when a room, a module, an import or a docstring is not as it stands here. The
figures count lines of Python without migrations and tests, and are those of the last drawing. Why these
rooms: [decision 16](decisions/0016-rooms.md).

## Floors

A room imports only from rooms on floors below its own. Rooms on one line know nothing of each other.

```
{floors}
```

| Room | Holds | Lines | Share | Imports from |
|---|---|---|---|---|
{rooms}

## Modules
"""


@dataclass(frozen=True)
class Module:
    path: Path  # from the root of the repository
    sentence: str
    lines: int


@dataclass
class Room:
    name: str
    modules: list[Module] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        return Path(*self.name.split("."))

    @property
    def sentence(self) -> str:
        own = (self.folder / "__init__.py", self.folder.with_suffix(".py"))
        return next(module.sentence for module in self.modules if module.path in own)

    @property
    def lines(self) -> int:
        return sum(module.lines for module in self.modules)


class Command(WrittenPageCommand):
    help = "Draws docs/map.md from the imports and the docstrings."
    page = "docs/map.md"
    command = "draw_map"

    def write_page(self) -> str:
        floors = sort_into_floors(read_rooms(settings.BASE_DIR))
        rooms = [room for floor in floors for room in floor]
        house = sum(room.lines for room in rooms)
        for room in rooms:
            if room.lines * 100 > house * MAX_SHARE:
                raise CommandError(
                    f"{room.name} holds more than {MAX_SHARE} % of the house: move a feature into an app of"
                    " its own (docs/decisions/0016-rooms.md)."
                )
        head = HEAD.format(
            floors="\n".join("   ".join(room.name for room in floor) for floor in floors),
            rooms="\n".join(_row(room, rooms, house) for room in rooms),
        )
        return head + "".join(_list_modules(room) for room in rooms)

    def comparable(self, text: str) -> str:
        return FIGURES.sub("", text)


def read_rooms(root: Path) -> dict[str, Room]:
    """Every app of the repository and the ground floor, by name, with their modules and imports."""
    apps = sorted(path.parent.name for path in root.glob("*/apps.py"))
    rooms = {name: Room(name) for name in (*apps, *GROUND)}
    for path in sorted(path for app in apps for path in root.glob(f"{app}/**/*.py")):
        place = path.relative_to(root)
        if "migrations" in place.parts:
            continue
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        module = Module(place, first_paragraph(ast.get_docstring(tree)), len(source.splitlines()))
        if not module.sentence and _is_on_the_map(place):
            raise CommandError(f"Give {place} a docstring: the map says with it what the folder holds.")
        name = _room_of(".".join(place.with_suffix("").parts), rooms)
        rooms[name].modules.append(module)
        imported = {_room_of(module, rooms) for module in imported_modules(tree)}
        rooms[name].imports |= imported - {name, ""}
    # Its settings and addresses name every app, some of them in strings.
    rooms["portal"].imports |= {*apps} - {"portal"}
    return rooms


def _is_on_the_map(place: Path) -> bool:
    """Is it an app, or a folder directly in one that the app itself has named?"""
    return place.name == "__init__.py" and len(place.parts) <= 3 and place.parent.name != "management"


def _room_of(module: str, rooms: dict[str, Room]) -> str:
    """The name of the room that holds a module; empty for a library."""
    holding = [name for name in rooms if f"{module}.".startswith(f"{name}.")]
    return max(holding, key=len, default="")


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Dotted names that may be modules or things in them, without what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        else:
            yield from imported_modules(node)


def sort_into_floors(rooms: dict[str, Room]) -> list[list[Room]]:
    """The floors from the roof down: each room directly above the highest one that it imports from."""
    sorter = TopologicalSorter({name: room.imports for name, room in rooms.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise CommandError(f"These rooms import each other: {', '.join(error.args[1])}.") from error
    floors = []
    while sorter.is_active():
        names = sorted(sorter.get_ready())
        sorter.done(*names)
        floors.append([rooms[name] for name in names])
    return floors[::-1]


def _row(room: Room, rooms: list[Room], house: int) -> str:
    imports = ", ".join(f"`{other.name}`" for other in rooms if other.name in room.imports)
    share = round(room.lines * 100 / house)
    return (
        f"| `{room.name}` | {room.sentence} | {round(room.lines, -2):,} | {share} % | {imports or 'none'} |"
    )


def _list_modules(room: Room) -> str:
    """One line for each folder and each module with a docstring; the names of the others at the end."""
    if len(room.modules) == 1:
        return ""
    lines: list[str] = []
    others: list[str] = []
    folders: set[Path] = set()
    for module in room.modules:
        place = module.path.relative_to(room.folder)
        if not module.sentence:
            others += [] if place.name == "__init__.py" else [f"`{place}`"]
        elif place.name != "__init__.py":
            indent = "  " * len(folders.intersection(place.parents))
            lines.append(f"{indent}- `{place}` {module.sentence}")
        elif place.parent != Path():
            folders.add(place.parent)
            lines.append(f"- **`{place.parent}/`** {module.sentence}")
    if others:
        lines.append(f"- {', '.join(others)}")
    return f"\n### {room.name}\n\n{room.sentence}\n\n" + "\n".join(lines) + "\n"
