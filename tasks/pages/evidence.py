"""How evidence is shown in a page: pictures and PDF in place, everything else as a file to save."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.shared.downloads import is_whole, shown_type
from tasks.models import Evidence

# A picture that is larger is no thumbnail: a row of them would take minutes on a slow line.
MAX_THUMBNAIL_BYTES = 1024 * 1024


class Look(StrEnum):
    PICTURE = "picture"
    PDF = "pdf"
    # To be saved: Word, Excel, zip and the like.
    FILE = "file"
    # Its name promises a picture or a PDF, and its bytes keep no such promise; or it is gone.
    BROKEN = "broken"
    # No file: a link, or the number of a document.
    WORDS = "words"


@dataclass(frozen=True)
class Piece:
    """A piece of evidence, who added it, and how it looks."""

    proof: Evidence
    who: str
    look: Look

    @property
    def is_thumbnail(self) -> bool:
        return self.look == Look.PICTURE and self.proof.size <= MAX_THUMBNAIL_BYTES

    @property
    def is_shown(self) -> bool:
        return self.look in (Look.PICTURE, Look.PDF)


def pieces_of(evidence: Iterable[tuple[Evidence, str]]) -> list[Piece]:
    """Each with its look, told by its bytes; a file is opened for that, the database is not asked."""
    return [Piece(proof, who, _look(proof)) for proof, who in evidence]


def _look(proof: Evidence) -> Look:
    if proof.kind != Evidence.Kind.FILE:
        return Look.WORDS
    try:
        with proof.file.open("rb") as file:
            shown = shown_type(file)
            promised = proof.file_name.lower().endswith((".pdf", ".png", ".jpg", ".jpeg"))
            if shown is None:
                return Look.BROKEN if promised else Look.FILE
            if not is_whole(file, shown):
                return Look.BROKEN
    except OSError:
        return Look.BROKEN
    return Look.PDF if shown == "application/pdf" else Look.PICTURE
