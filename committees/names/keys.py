"""Names of agencies as they are compared: no marks, abbreviations written out, "và" and signs left out."""

from __future__ import annotations

import re
from functools import lru_cache

from portal.shared.text import fold, tidy

# Abbreviations of official documents, folded, their signs left out: KH&CN, KH-CN and KHCN are one.
_SHORT = {
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "mttq": "mat tran to quoc",
    "mttqvn": "mat tran to quoc viet nam",
    "ubmttq": "uy ban mat tran to quoc",
    "ubkt": "uy ban kiem tra",
    "ubdt": "uy ban dan toc",
    "vp": "van phong",
    "vpub": "van phong uy ban nhan dan",
    "vpcp": "van phong chinh phu",
    "vptw": "van phong trung uong",
    "vptu": "van phong tinh uy",
    "btctu": "ban to chuc tinh uy",
    "bcd": "ban chi dao",
    "bcdtw": "ban chi dao trung uong",
    "bcdcp": "ban chi dao chinh phu",
    "cqtt": "co quan thuong truc",
    "tgv": "to giup viec",
    "tw": "trung uong",
    "tp": "thanh pho",
    "tphcm": "thanh pho ho chi minh",
    "hcm": "ho chi minh",
    "bhxh": "bao hiem xa hoi",
    "bhxhvn": "bao hiem xa hoi viet nam",
    "nhnn": "ngan hang nha nuoc",
    "nhnnvn": "ngan hang nha nuoc viet nam",
    "ttcp": "thanh tra chinh phu",
    "khcn": "khoa hoc cong nghe",
    "tttt": "thong tin truyen thong",
    "gddt": "giao duc dao tao",
    "nnmt": "nong nghiep moi truong",
    "nnptnt": "nong nghiep phat trien nong thon",
    "nnvptnt": "nong nghiep phat trien nong thon",
    "tnmt": "tai nguyen moi truong",
    "vhttdl": "van hoa the thao du lich",
    "vhtt": "van hoa the thao",
    "vhxh": "van hoa xa hoi",
    "khdt": "ke hoach dau tu",
    "gtvt": "giao thong van tai",
    "ldtbxh": "lao dong thuong binh xa hoi",
    "ldtb": "lao dong thuong binh",
    "dttg": "dan toc ton giao",
    "tgdv": "tuyen giao dan van",
    "cntt": "cong nghe thong tin",
    "cds": "chuyen doi so",
    "dmst": "doi moi sang tao",
    "cchc": "cai cach hanh chinh",
    "ktxh": "kinh te xa hoi",
    "ctxh": "chinh tri xa hoi",
    "kbnn": "kho bac nha nuoc",
    "vksnd": "vien kiem sat nhan dan",
    "tand": "toa an nhan dan",
    "ldld": "lien doan lao dong",
    "lhpn": "lien hiep phu nu",
}

_MINISTRIES = {"b": "bo", "s": "so"}
_LETTERS = re.compile(r"(?<![\w])([a-z]{1,4}(?:\s?[&\-./]\s?[a-z]{1,4})+)(?![\w])")
_POLICE = re.compile(r"\bca(?= (?:tinh|thanh pho|tp|xa|phuong)\b)")
_WORD = re.compile(r"\w+")


def _joined(match: re.Match[str]) -> str:
    """ "kh&cn" and "vh, tt&dl" as one abbreviation, if they are one; else as they stand."""
    letters = re.sub(r"[^a-z]", "", match[0])
    return letters if letters in _SHORT else match[0]


@lru_cache(maxsize=20_000)
def is_same_writing(first: str, second: str) -> bool:
    """Whether two writings are the same letter by letter, whatever the case and the composition of marks."""
    return tidy(first).casefold() == tidy(second).casefold()


def name_key(name: str) -> str:
    """What two writings of one name have in common."""
    text = _POLICE.sub("cong an", _LETTERS.sub(_joined, fold(name)))
    words = [_written_out(word) for word in _WORD.findall(text)]
    return " ".join(word for word in words if word != "va")


def _written_out(word: str) -> str:
    if word in _SHORT:
        return _SHORT[word]
    if word[:1] in _MINISTRIES and len(word) > 3 and word[1:] in _SHORT:
        return f"{_MINISTRIES[word[0]]} {_SHORT[word[1:]]}"
    return word


_UNITS = re.compile(r"\b(?:cap )?(?:tinh|thanh pho)(?= |$) ?")


def without_province_words(key: str) -> str:
    """A key without the words for a province: "Sở Nội vụ tỉnh Khánh Hòa" is "Sở Nội vụ Khánh Hòa"."""
    return _UNITS.sub("", key).strip()


_PROVINCE = re.compile(r".*\b(?:tinh|thanh pho|thanh(?= uy))(?: uy)? (?P<name>.+)")
_COMMUNE = re.compile(r".*\b(?:xa|phuong|dac khu|thi tran) (?P<name>.+?)(?: (?:tinh|thanh pho) .+)?")


def province_in(key: str) -> str:
    """The province that a name ends with: "khanh hoa"; empty when it names none."""
    match = _PROVINCE.fullmatch(key)
    return match["name"] if match else ""


def commune_in(key: str) -> str:
    """The commune that a name ends with: "cong hai"; empty when it names none."""
    match = _COMMUNE.fullmatch(key)
    return match["name"] if match else ""


def without_commune_words(key: str, commune: str) -> str:
    """A name in a commune without the word for it and without its province: "cong an cong hai"."""
    return re.sub(rf" (?:(?:xa|phuong|dac khu|thi tran) )?{re.escape(commune)}\b.*", f" {commune}", key)


def trigrams(key: str) -> frozenset[str]:
    padded = f"  {key} "
    return frozenset(padded[n : n + 3] for n in range(len(padded) - 2))
