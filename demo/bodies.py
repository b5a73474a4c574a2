"""Bodies: committees, ministries, provinces and every agency that the tasks name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from committees import actions
from committees.models import Body
from demo.tables import Row, day, rows, slug

MINISTRIES_SINCE = date(2025, 3, 1)
# The day of the 34 provinces and the two-tier model; 23 of them were merged then.
PROVINCES_SINCE = date(2025, 7, 1)

TEAMS_SINCE = date(2025, 5, 17)
COLLECTIVE = "Tên gọi chung trong văn bản, không phải một cơ quan cụ thể."
KINDS = {"TGV": "support_team", "BCD": "committee", "BCDTW": "committee", "BCDCP": "committee"}
STATE_CHAIN = {"BCDCP": "", "BCD-DONGNAI-UB": "UBND-DONGNAI", "BCD-QUANGNGAI-UB": "UBND-QUANGNGAI"}
SHORT_NAMES = {
    "BCDTW": "Ban Chỉ đạo Trung ương",
    "TGV-TW": "Tổ Giúp việc BCĐ Trung ương",
    "HDTV-TW": "Hội đồng Tư vấn quốc gia",
    "BCDCDSD": "BCĐ chuyển đổi số cơ quan đảng",
    "BCDCP": "BCĐ của Chính phủ",
    "BCD-DONGNAI-UB": "BCĐ của UBND Đồng Nai",
    "BCD-QUANGNGAI-UB": "BCĐ của UBND tỉnh Quảng Ngãi",
    "TCT06-BACGIANG": "Tổ công tác Đề án 06 Bắc Giang",
    "TCT-DA06-DONGNAI": "Tổ Công tác Đề án 06 Đồng Nai",
    "TCT-KHCN-DONGNAI": "Tổ Công tác KHCN và CĐS Đồng Nai",
    "TCT-CCHC-DONGNAI": "Tổ Công tác CCHC Đồng Nai",
}
MINISTRY_SHORT = {
    "BKHCN": "Bộ KH&CN",
    "BNNMT": "Bộ NN&MT",
    "BGDDT": "Bộ GD&ĐT",
    "BVHTTDL": "Bộ VH-TT&DL",
    "BDTTG": "Bộ DT&TG",
    "NHNN": "Ngân hàng Nhà nước",
}
STANDING_AGENCIES = {
    "BCDTW": "VPTW",
    "BCDCP": "BKHCN",
    "BCD-DONGNAI-UB": "SKHCN-DONGNAI",
    "BCD57-ANTHOIDONG": "VPDU-ANTHOIDONG",
    "BCD57-CONGHAI": "PVHXH-CONGHAI",
    "BCD57-NAMDONGHA": "CAP-NAMDONGHA",
}


@dataclass(frozen=True)
class Place:
    """A province or centrally run city of today."""

    number: str
    name: str
    name_en: str
    is_city: bool
    merged: tuple[str, ...]

    @property
    def slug(self) -> str:
        return slug(self.name)

    @property
    def code(self) -> str:
        return self.slug.upper()

    @property
    def full(self) -> str:
        """The place as it stands inside a name; only Hồ Chí Minh City writes its first word large."""
        unit = "thành phố" if self.is_city else "tỉnh"
        return f"{unit.capitalize() if self.code == 'HOCHIMINH' else unit} {self.name}"


@dataclass(frozen=True)
class Wanted:
    """A body to be entered, with its parent and standing agency by code."""

    code: str
    parent: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def places() -> list[Place]:
    return [
        Place(
            row["code"],
            row["name_vi"].removeprefix("Tỉnh ").removeprefix("Thành phố "),
            row["name_en"],
            row["name_vi"].startswith("Thành phố"),
            tuple(name for name in row["merged_from"].split("; ") if name),
        )
        for row in rows("provinces")
    ]


def load() -> dict[str, Body]:
    """Enter the bodies that are not there yet; gives all of them by code."""
    known = {body.code: body for body in Body.objects.all()}
    new = {wanted.code: wanted for wanted in _wanted() if wanted.code not in known}
    waiting = list(new.values())
    while waiting:
        ready = [spec for spec in waiting if not spec.parent or spec.parent in known]
        if not ready:
            raise ValueError(f"superior bodies missing of {[spec.code for spec in waiting]}")
        for spec in ready:
            body = Body(code=spec.code, parent=known.get(spec.parent), **spec.values)
            known[spec.code] = actions.save_body(body=body, by=None)
        waiting = [spec for spec in waiting if spec.code not in known]
    _name_standing_agencies(known, new)
    return known


def _name_standing_agencies(known: dict[str, Body], new: dict[str, Wanted]) -> None:
    """Name the standing agencies in a second pass: one often stands below the body it serves."""
    pairs = {**STANDING_AGENCIES, **{f"BCD-{place.code}": f"SKHCN-{place.code}" for place in places()}}
    for code, agency in pairs.items():
        if code in new:
            known[code].standing_agency = known[agency]
            actions.save_body(body=known[code], by=None)


def _wanted() -> Iterator[Wanted]:
    listed = {row["code"] for row in rows("bodies")}
    yield from (_listed(row) for row in rows("bodies"))
    yield from (_ministry(row) for row in rows("ministries"))
    yield from (_agency(row) for row in rows("agencies"))
    for place in places():
        if f"BCD-{place.code}" not in listed:
            yield _committee(place)
        yield _people_committee(place)
        yield _department(place)


def _listed(row: Row) -> Wanted:
    """A row of the table of committees, with what its number and province tell."""
    code = row["code"]
    merged_into = {
        slug(name): place for place in places() for name in place.merged if slug(name) != place.slug
    }
    gone = code.rsplit("-", 1)[-1].lower() in merged_into
    established = day(row["date"])
    notes = []
    if row["date"] and len(row["date"]) < 10:
        notes.append(f"Nguồn chỉ ghi thời điểm thành lập là {'/'.join(reversed(row['date'].split('-')))}.")
    if gone:
        notes.append("Thôi hoạt động khi tỉnh được sáp nhập ngày 01/07/2025.")
    dissolved = PROVINCES_SINCE if gone else TEAMS_SINCE if code.startswith("TB-") else None
    state = code in STATE_CHAIN or code.startswith(("TB-", "TCT"))
    return Wanted(
        code,
        _parent_of(row),
        {
            "kind": KINDS.get(code.split("-")[0], "working_group"),
            "level": row["level"],
            "chain": "state" if state else "party",
            "name_vi": row["name_vi"],
            "name_en": row["name_en"].split(" (")[0],
            "short_name": SHORT_NAMES.get(code) or _short_name(row),
            "decision": row["established_by"],
            "established_on": established,
            "dissolved_on": dissolved,
            "note": " ".join(notes),
        },
    )


def _parent_of(row: Row) -> str:
    code = row["code"]
    if row["parent"] or code in ("BCDTW", "BCDCP", "BCDCDSD"):
        return row["parent"]
    if code == "TCT06-BACGIANG":
        return "BCDCP"
    return STATE_CHAIN.get(code, "BCDTW")


def _short_name(row: Row) -> str:
    if row["code"].startswith("BCD-"):
        return f"BCĐ tỉnh {row['name_vi'].rsplit(' tỉnh ', 1)[-1]}"
    return row["name_vi"][:80]


def _ministry(row: Row) -> Wanted:
    merged = row["merged_from"].split("; ") if row["merged_from"] else []
    return Wanted(
        row["code"],
        "BCDCP",
        {
            "kind": "agency",
            "level": "ministry",
            "chain": "state",
            "name_vi": row["name_vi"],
            "name_en": row["name_en"],
            "short_name": MINISTRY_SHORT.get(row["code"], row["name_vi"]),
            "decision": "Nghị quyết 176/2025/QH15",
            "note": f"Hợp nhất từ {' và '.join(merged)} từ 01/03/2025." if merged else "",
        },
    )


def _agency(row: Row) -> Wanted:
    values: dict[str, Any] = {
        name: row[name] for name in ("kind", "level", "chain", "name_vi", "name_en", "short_name")
    }
    values["established_on"] = day(row["established_on"])
    values["dissolved_on"] = day(row["dissolved_on"])
    values["note"] = COLLECTIVE if row["collective"] else row["note"]
    return Wanted(row["code"], row["parent"], values)


def _committee(place: Place) -> Wanted:
    long = "Ban Chỉ đạo về phát triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số"
    english = place.name_en if place.name_en.endswith("City") else f"{place.name_en} City"
    return Wanted(
        f"BCD-{place.code}",
        "BCDTW",
        {
            "kind": "committee",
            "level": "provincial",
            "chain": "party",
            "name_vi": f"{long} {place.full}",
            "name_en": f"{english if place.is_city else place.name_en + ' Provincial'} Steering Committee",
            "short_name": f"BCĐ {place.full}",
            "note": "Chưa có nguồn về quyết định và ngày thành lập.",
        },
    )


def _people_committee(place: Place) -> Wanted:
    return Wanted(
        f"UBND-{place.code}",
        "BCDCP",
        {
            "kind": "agency",
            "level": "provincial",
            "chain": "state",
            "name_vi": f"Ủy ban nhân dân {place.full}",
            "name_en": f"{place.name_en} People's Committee",
            "short_name": f"UBND {place.full}",
        },
    )


def _department(place: Place) -> Wanted:
    return Wanted(
        f"SKHCN-{place.code}",
        f"UBND-{place.code}",
        {
            "kind": "agency",
            "level": "provincial",
            "chain": "state",
            "name_vi": f"Sở Khoa học và Công nghệ {place.full}",
            "name_en": f"{place.name_en} Department of Science and Technology",
            "short_name": f"Sở KH&CN {place.name}",
            "note": "Cơ quan Thường trực của Ban Chỉ đạo trong dữ liệu minh họa; thực tế mỗi nơi một khác.",
        },
    )
