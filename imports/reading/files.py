"""The tables of a received Excel or Word file; what is none, or no good, is refused with one sentence.

Only the parts that hold the tables are read, and nothing outside the file is ever looked up.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Any

from django.core.files.base import File

from imports.problems import MAX_COLUMNS, MAX_ROWS, refusal, too_many_columns, too_many_rows
from imports.reading import excel as sheets
from imports.reading import word as documents
from imports.reading.beginning import OLE, check_beginning
from imports.reading.legacy_fonts import as_read
from imports.reading.package import Package
from imports.types import Table

# Characters of all tables together.
MAX_TEXT_LENGTH = 16_000_000

_TYPE = "application/vnd.openxmlformats-officedocument."
# Type of the main part → what reads it.
READERS: dict[str, Callable[[Package, str], list[Table]]] = {
    f"{_TYPE}spreadsheetml.sheet.main+xml": sheets.tables_of,
    f"{_TYPE}spreadsheetml.template.main+xml": sheets.tables_of,
    f"{_TYPE}wordprocessingml.document.main+xml": documents.tables_of,
    f"{_TYPE}wordprocessingml.template.main+xml": documents.tables_of,
}

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_NOT_READ = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    OSError,
    EOFError,
    RuntimeError,
)
# What the libraries raise for parts that are missing or hold what they should not.
_NOT_AS_WRITTEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    SyntaxError,
    ArithmeticError,
)


def tables(file: IO[bytes] | File[Any], name: str) -> list[Table]:
    """The tables in the order of the file. ValidationError with one sentence when it cannot be used.

    A file can be made to need far more than it weighs: nothing but `sandbox` calls this on a received one.
    """
    check_beginning(file, name)
    if file.read(len(OLE)) == OLE:
        # Before 2007 every office file was such a container; since then it holds what a password protects.
        raise refusal("password" if _ENCRYPTED in file.read() else "old_form")
    try:
        package = Package(file)
        main, read = _main_part(package, name)
        contents = read(package, main)
    except MemoryError as error:
        raise refusal("swollen") from error
    except (*_NOT_READ, *_NOT_AS_WRITTEN) as error:
        raise refusal("damaged") from error
    _check_extent(contents)
    return as_read(contents)


def _main_part(package: Package, name: str) -> tuple[str, Callable[[Package, str], list[Table]]]:
    """The part that holds the text and what reads it, as the package says whatever the file is called."""
    if not package.find("[Content_Types].xml"):
        raise refusal("not_office", name=name)
    types = package.types()
    if any("macroenabled" in kind.lower() for kind in types.values()) or any(
        "vbaproject" in part for part in package.names
    ):
        raise refusal("macros")
    main = package.related("", "officeDocument")
    kinds = (types.get(main), types.get(f".{main.rpartition('.')[2]}"))
    read = next((READERS[kind] for kind in kinds if kind in READERS), None)
    if read is None:
        raise refusal("not_office", name=name)
    return main, read


def _check_extent(tables: list[Table]) -> None:
    lines = [line for table in tables for line in table.lines]
    if len(lines) > MAX_ROWS:
        raise too_many_rows()
    if any(len(line.cells) > MAX_COLUMNS for line in lines):
        raise too_many_columns()
    if sum(len(cell.text) for line in lines for cell in line.cells) > MAX_TEXT_LENGTH:
        raise refusal("swollen")
