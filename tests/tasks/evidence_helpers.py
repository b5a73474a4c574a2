"""Files as evidence: real ones, drawn for the test, and rows past the checks of the upload."""

from __future__ import annotations

from io import BytesIO

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from committees.models import Person
from tasks.models import Evidence, Task


def picture(kind: str) -> bytes:
    box = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(box, kind)
    return box.getvalue()


def pdf() -> bytes:
    box = BytesIO()
    canvas = Canvas(box)
    canvas.drawString(100, 700, "Bao cao")
    canvas.save()
    return box.getvalue()


def stored(task: Task, name: str, content: bytes, by: Person) -> Evidence:
    """As it lies on the disk, past the checks of the upload."""
    row = Evidence(task=task, kind="file", title=name, file_name=name, size=len(content), by=by)
    row.at = timezone.now()
    row.file.save(name, ContentFile(content), save=False)
    row.save()
    return row
