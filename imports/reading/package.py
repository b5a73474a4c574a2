"""The zip that an office file is. Its parts are found by their relationships and read through limits.

The limits hold for whatever is read, however the part is called, and while it is unpacked: a part that would
go past one is not unpacked to its end.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import unquote

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from lxml import etree
from lxml.etree import _Element as Element

from imports.problems import refusal

MAX_PARTS = 5_000
# Bytes that one part, and all parts that are read, unpack to.
MAX_PART, MAX_ALL = 40 * 1024 * 1024, 128 * 1024 * 1024

# So many bytes in a row that pack better than 1 to RATIO are made to fill memory: a real sheet packs 10 to
# 30 times. It is asked of each stretch: something random elsewhere in the part would hide it in the whole.
STRETCH, RATIO = 4 * 1024 * 1024, 100

# Tags of all parts that are read, and of one that is held whole; attributes of all.
MAX_TAGS, MAX_TAGS_OF_TREE, MAX_ATTRIBUTES = 4_000_000, 2_000_000, 4_000_000

CHUNK = 64 * 1024

_OPTIONS: Any = {
    "resolve_entities": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"

# A "Strict Open XML" file differs in the names of its vocabularies, which stand in the first tag.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
)  # fmt: skip


@dataclass(frozen=True)
class Relation:
    # The last word of its type: "worksheet", "styles", "hyperlink" …
    kind: str
    # The part of this package; "" for what lies elsewhere or is missing.
    target: str


class Package:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = _Counted(file)
        self._zip = zipfile.ZipFile(self._file)
        parts = self._zip.infolist()
        if len(parts) > MAX_PARTS:
            raise refusal("swollen")
        if any(part.flag_bits & 1 for part in parts):
            raise refusal("password")
        self.unpacked = self.tags = self.attributes = 0
        # Some programs write backslashes or other capitals than the relationships do.
        self._parts = {_key(part.filename): part for part in parts}

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def find(self, name: str) -> str:
        """The name of the part as `open` takes it; "" when there is none."""
        for key in (_key(name), _key(unquote(name))):
            if key in self._parts:
                return key
        return ""

    def open(self, name: str, *, max_tags: int = MAX_TAGS) -> Part:
        part = self._parts[name]
        return Part(self, self._zip.open(part), max_tags)

    def tree(self, name: str) -> Element:
        """All elements of the part."""
        self._refuse_entities(name)
        with self.open(name, max_tags=MAX_TAGS_OF_TREE) as part:
            source: Any = part
            # Without huge_tree libxml2 keeps its own limits: 256 elements deep, 10 MB of text in one place.
            parser: Any = etree.XMLParser(load_dtd=False, **_OPTIONS)
            return etree.parse(source, parser).getroot()

    def tree_without(self, name: str, unread: Collection[str], inside: Collection[str]) -> Element:
        """The part, where elements of the names `unread` are dropped from those `inside` which they stand."""
        self._refuse_entities(name)
        with self.open(name, max_tags=MAX_TAGS_OF_TREE) as part:
            elements = etree.iterparse(part, events=("end",), tag=tuple(inside), **_OPTIONS)
            for _event, element in elements:
                for child in list(element):
                    if child.tag in unread:
                        element.remove(child)
            root: Element = elements.root
            return root

    def stream(self, name: str, *tags: str) -> Iterator[Element]:
        """The elements of these names as they end, each forgotten when the next one is asked for."""
        self._refuse_entities(name)
        with self.open(name) as part:
            elements = etree.iterparse(part, events=("end",), tag=tags, **_OPTIONS)
            for _event, element in elements:
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]

    def relations(self, name: str) -> dict[str, Relation]:
        """Key of a relationship → what the part stands in relation to."""
        folder, own = posixpath.split(name)
        rels = self.find(f"{folder}/_rels/{own}.rels")
        if not rels:
            return {}
        return {
            link.get("Id", ""): Relation(
                link.get("Type", "").rpartition("/")[2],
                "" if link.get("TargetMode") == "External" else self.find(_target(folder, link)),
            )
            for link in self.tree(rels).iter(_RELATIONSHIP)
        }

    def related(self, name: str, kind: str) -> str:
        """The one part of this kind that a part stands in relation to; "" when there is none."""
        relations = (relation for relation in self.relations(name).values() if relation.kind == kind)
        return next((relation.target for relation in relations if relation.target), "")

    def types(self) -> dict[str, str]:
        """Part, or the ending of a name, → what it holds."""
        root = self.tree(self.find("[Content_Types].xml"))
        items = {_key(item.get("PartName", "")): item for item in root.iter(f"{_TYPES}Override")}
        items |= {f".{item.get('Extension', '').lower()}": item for item in root.iter(f"{_TYPES}Default")}
        return {name: item.get("ContentType", "").strip() for name, item in items.items()}

    def _refuse_entities(self, name: str) -> None:
        """No office program declares any; the root element is as far as a declaration can stand."""
        try:
            with self.open(name) as part:
                next(iter(ElementTree.iterparse(part, ("start",), forbid_dtd=True)), None)
        except DefusedXmlException as error:
            raise refusal("entities") from error

    def count(self, chunk: bytes) -> None:
        """What was unpacked. In every encoding a tag or an attribute has one of these bytes at least."""
        self.unpacked += len(chunk)
        self.tags += chunk.count(b"<")
        self.attributes += chunk.count(b"=")
        if self.unpacked > MAX_ALL or self.tags > MAX_TAGS or self.attributes > MAX_ATTRIBUTES:
            raise refusal("swollen")

    @property
    def packed(self) -> int:
        return self._file.count


class Part:
    """One part while it is unpacked."""

    def __init__(self, package: Package, source: IO[bytes], max_tags: int) -> None:
        self._package, self._source, self._max_tags = package, source, max_tags
        self._unpacked = self._tags = self._stretch = 0
        self._packed = package.packed

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._source.close()

    def read(self, size: int = -1) -> bytes:
        """Never more than asked for, which is all that a parser needs."""
        chunk = self._source.read(CHUNK if size < 0 else min(size, CHUNK))
        if not self._unpacked:
            for strict, usual in _STRICT:
                chunk = chunk.replace(strict, usual)
        self._unpacked += len(chunk)
        self._tags += chunk.count(b"<")
        self._stretch += len(chunk)
        if self._unpacked > MAX_PART or self._tags > self._max_tags:
            raise refusal("swollen")
        if self._stretch > STRETCH:
            if (self._package.packed - self._packed) * RATIO < self._stretch:
                raise refusal("swollen")
            self._stretch, self._packed = 0, self._package.packed
        self._package.count(chunk)
        return chunk


class _Counted:
    """A file that knows how many of its bytes were read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.count = file, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.count += len(chunk)
        return chunk

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _target(folder: str, link: Element) -> str:
    return posixpath.normpath(posixpath.join("/", folder, link.get("Target", "").replace("\\", "/")))
