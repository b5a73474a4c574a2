"""How official documents write names of bodies: plurals, labels, titles, and where one name ends.

Patterns are matched against folded text (no marks, lower case) unless they hold marks themselves.
"""

from __future__ import annotations

import re

from committees.models import Body

# Plurals

_ALL = r"(?:tat ca |toan bo )?(?:cac |nhung )?"
_MINISTRIES = rf"{_ALL}bo(?: (?:co quan|thuoc|nganh|ngang bo|chinh phu|trung uong))*"
_CITIES = r"tinh(?: thanh(?: pho)?)?(?: truc thuoc trung uong)?"
_PROVINCES = rf"{_ALL}(?:uy ban nhan dan {_ALL}(?:{_CITIES}|cap tinh)|{_CITIES})"
_DEPARTMENTS = rf"{_ALL}so(?: (?:ban|nganh|doan the))*(?: (?:cap |cua |thuoc )?tinh)?"
_COMMUNES = (
    rf"{_ALL}(?:uy ban nhan dan )?{_ALL}(?:cap xa|(?:xa|phuong|dac khu)(?: (?:xa|phuong|thi tran|dac khu))*)"
    r"(?: (?:thuoc |cua )?tinh)?"
)
GROUPS = tuple(
    (re.compile(form), group)
    for form, group in (
        (rf"{_MINISTRIES} {_ALL}(?:dia phuong|{_PROVINCES})", "ministries+provinces"),
        (_MINISTRIES, "ministries"),
        (_PROVINCES, "provinces"),
        (rf"{_DEPARTMENTS} {_ALL}(?:dia phuong|{_COMMUNES})", "departments+communes"),
        (_DEPARTMENTS, "departments"),
        (_COMMUNES, "communes"),
    )
)
PLURAL = re.compile(
    r"\b(?:cac|nhung|tat ca|toan bo|nganh|tinh,? (?:va )?thanh(?: pho)?|xa,? (?:va )?phuong"
    r"|phuong,? (?:va )?xa|cap xa|cap tinh)\b"
)
ALL_PLACES = re.compile(rf"{_ALL}dia phuong")
LOOSE = re.compile(
    r"(?:cac|nhung|tat ca|toan bo|mot so) .*"
    r"|(?:co quan|don vi|to chuc|ca nhan|doanh nghiep|dia phuong|co so)\b.*"
)
_ANY = r"(?:co quan|don vi|to chuc|ca nhan|doanh nghiep|dia phuong|co so|bo|so|ban|nganh|doan the)"
NOBODY = re.compile(
    rf"(?!ban to chuc$){_ALL}(?:{_ANY} )*"
    r"(?:co quan|don vi|to chuc|ca nhan|dia phuong|khac|(?:khac )?(?:co )?lien quan)"
)
# After a plural: not all of them, only those who are concerned.
ONLY_SOME = re.compile(r".*\b(?:khac|lien quan)")
QUALIFIES = re.compile(r"[\s,/&]*(?:và )?(?:địa phương|thành phố|tỉnh|xã|phường|đặc khu|ngành)\b")
# A plural that goes on with proper names: "các địa phương Bắc Ninh, An Giang".
NAMES_SOME = re.compile(
    r".*:|.*\b(?:địa phương|tỉnh|thành phố|xã|phường|đặc khu) (?!Việt )[A-ZĐ]\w* [A-ZĐÁÀÂĂÔƠƯÊÝ]"
)
# A person of the body: whom the order names is its head, and a person must say so.
TITLE = re.compile(
    r"(?:(?:pho )?chu tich|(?:pho )?giam doc|bo truong|thu truong|thong doc|truong ban|bi thu|lanh dao"
    r"|nguoi dung dau) "
)

# Group → the level of its bodies and what their names begin with; committees where nobody is called so.
GROUP_MEMBERS = {
    "ministries": (Body.Level.MINISTRY, ("bo ", "ngan hang nha nuoc", "thanh tra", "van phong")),
    "provinces": (Body.Level.PROVINCIAL, ("uy ban nhan dan ",)),
    "departments": (Body.Level.PROVINCIAL, ("so ", "thanh tra ")),
    "communes": (Body.Level.COMMUNE, ("uy ban nhan dan ",)),
}

# A cell and its pieces

LABEL = re.compile(
    r"(?:(?:các )?(?:cơ quan|đơn vị) )?(?P<part>chủ trì|phối hợp|thực hiện)(?: thực hiện)? ?[:-] ?",
    re.IGNORECASE,
)
EACH = re.compile(r"(?:các )?(?P<head>bộ|sở)(?:, ngành)? ?: ?", re.IGNORECASE)
# "Các Sở Nội vụ, Tài chính" are two, as "Các sở: Nội vụ, Tài chính" are.
EACH_NAMED = re.compile(r"[Cc]ác (?P<head>[Bb]ộ|[Ss]ở) (?=[A-ZĐ])")
OF_MANY = re.compile(r"(Bộ|Sở|Ban|Cục|Vụ|Phòng) ", re.IGNORECASE)
BULLET = re.compile(r"^\s*(?:[-+*•]|\d{1,2}[.)]) ?")
SEGMENT_BREAK = re.compile(r"[;\n]+|(?<=[a-zà-ỹ]{2})\.\s+(?=[A-ZĐ])")
PIECE_BREAK = re.compile(r"\s*[,+]|\s+(?:và|cùng với|cùng|&|/|-)(?=\s)|/(?=\s)", re.IGNORECASE)
AND = re.compile(r"^(?:và|cùng với|cùng|&)\s+", re.IGNORECASE)
EDGES = " \t,.;:/+-*•&"
BRACKET = re.compile(r"\s*\(([^()]*)\)\s*$")
OF_COMMUNE = re.compile(r" (?:cap xa|xa|phuong|dac khu)$")
# In a commune every other name ("Công an", "UBND", "MTTQ") may mean the commune's own.
ONLY_OF_A_PROVINCE = re.compile(r"^so |\b(?:tinh|thanh pho)\b")
# First words of names: a piece that begins with none of them belongs to the name before it.
BEGINS_A_NAME = re.compile(
    r"(?:bo|so|cuc|vu|vien|ban|hoi|doan|phong|truong|xa|phuong|cac|nhung|tat ca|"
    r"toan bo|mot so|ubnd|hdnd|ubmttq|mttq|ubkt|vp|vpcp|bhxh|uy ban|cong an|"
    r"cong ty|van phong|tong cuc|tong cong ty|chi cuc|tap doan|ngan hang|thanh tra|"
    r"thanh pho|thanh uy|thanh doan|mat tran|lien doan|lien minh|lien hiep|toa an|kho bac"
    r"|thue|hai quan|bao hiem|dang uy|tinh uy|tinh doan|trung tam|dai hoc|dai phat|"
    r"dai truyen|kiem toan|quoc hoi|chinh phu|thu tuong|doanh nghiep|don vi|co quan|co so"
    r"|dia phuong|to chuc|to cong|to giup|ca tinh|pho|giam doc|chu tich|lanh dao)\b"
)
