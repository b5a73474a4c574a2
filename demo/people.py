"""People named by their post, the accounts that can sign in, and their terms."""

from __future__ import annotations

import re
from dataclasses import InitVar, dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from audit.actions import append, build_event, snapshot
from audit.models import Event
from committees.actions.common import MEMBERSHIP_FIELDS, PERSON_FIELDS
from committees.models import Body, Membership, Office, Person
from committees.roles import Role
from demo.bodies import MINISTRIES_SINCE, PROVINCES_SINCE, Place, places
from demo.tables import Row, day, rows, slug
from portal.shared.days import today

FIRST_TERMS_ON = date(2025, 1, 10)
# No source tells the establishing day: the first article that shows them at work, or a careful guess.
KNOWN_SINCE = {
    "BCD-NGHEAN": date(2025, 3, 18),
    "BCD-HOABINH": date(2025, 6, 1),
    "TCT06-BACGIANG": date(2025, 6, 1),
}

# The day of Decision 2130/QĐ-TTg, which added members to the Government's committee.
ADDED_ON = date(2025, 9, 24)

HEADS = {
    "NHNN": "Thống đốc Ngân hàng Nhà nước Việt Nam",
    "TTCP": "Tổng Thanh tra Chính phủ",
    "VPCP": "Bộ trưởng, Chủ nhiệm Văn phòng Chính phủ",
}
# The fields of the three working groups, in the pillars' words (Notice 315/TB-VPCP).
FIELDS = {
    "Bộ trưởng Bộ Công an": "Đề án 06; Đề án 06 - y tế; Dữ liệu số",
    "Bộ trưởng Bộ Khoa học và Công nghệ": "KHCN; Chuyển đổi số; Hạ tầng số; Nền tảng số",
    "Bộ trưởng Bộ Nội vụ": "Cải cách hành chính; Nhân lực",
}

NATIONAL = ("central", "government")


@dataclass
class Cast:
    """Everybody of the demo; who is there already stays as they are."""

    bodies: dict[str, Body]
    password: InitVar[str]
    by_username: dict[str, Person] = field(default_factory=dict)
    by_name: dict[str, Person] = field(default_factory=dict)
    holders: dict[tuple[str, str], list[Person]] = field(default_factory=dict)

    def __post_init__(self, password: str) -> None:
        self._password = password
        self.by_username = {person.username: person for person in Person.objects.all()}
        by_key = {person.pk: person for person in self.by_username.values()}
        # By the name they were entered with: somebody may have corrected it since.
        entered = Event.objects.filter(verb="person_entered").values_list("about_name", "about_id")
        self.by_name = {name: by_key[key] for name, key in entered if key in by_key}
        self._offices = {
            (office.body_id, office.role): office for office in Office.objects.select_related("body")
        }
        self._terms = set(Membership.objects.values_list("person__username", "office_id"))
        self._new_people: list[Person] = []
        self._new_terms: list[Membership] = []

    @cached_property
    def _hash(self) -> str:
        """The one password of all, hashed only if somebody is new: a good hash takes half a second."""
        return make_password(self._password)

    def person(self, username: str, name: str, *, signs_in: bool = False, staff: bool = False) -> Person:
        """One person for one user name, and for those without an account one for one post."""
        known = self.by_username.get(username) or (None if signs_in else self.by_name.get(name))
        if known is None:
            known = Person(username=username, name=name, email=f"{username}@demo.invalid", is_demo=True)
            known.is_staff = known.is_superuser = staff
            known.password = self._hash if signs_in else make_password(None)
            self.by_username[username] = known
            self._new_people.append(known)
            self.by_name.setdefault(name, known)
        return known

    def appoint(
        self,
        person: Person,
        code: str,
        role: str,
        *,
        since: date | None = None,
        until: date | None = None,
        position: str = "",
        position_en: str = "",
        decision: str = "",
        fields: str = "",
    ) -> None:
        """A term from the day the body began to the day it or the post (`until`) was no more."""
        body = self.bodies[code]
        office = self._offices[body.pk, role]
        if (person.username, office.pk) in self._terms:
            return
        self._terms.add((person.username, office.pk))
        new_level = PROVINCES_SINCE if body.level == Body.Level.COMMUNE else FIRST_TERMS_ON
        begins = since or body.established_on or KNOWN_SINCE.get(code) or new_level
        term = Membership(person=person, office=office, starts_on=begins)
        gone = min((day for day in (body.dissolved_on, until) if day), default=None)
        term.ends_on = gone - timedelta(days=1) if gone else None
        term.position, term.position_en = position[:250], position_en[:250]
        term.decision, term.fields = decision[:120], fields
        self._new_terms.append(term)

    def write(self) -> None:
        """Write all rows at once: one by one they take longer than all the rest of the demo."""
        for row in (*self._new_people, *self._new_terms):
            row.clean_fields(exclude=["person"])
        Person.objects.bulk_create(self._new_people, batch_size=500)
        Membership.objects.bulk_create(self._new_terms, batch_size=500)
        now = timezone.now()
        events = [
            build_event(
                "person_entered", about=person, by=None, at=now, after=snapshot(person, PERSON_FIELDS)
            )
            for person in self._new_people
        ]
        for term in self._new_terms:
            after, bodies = snapshot(term, MEMBERSHIP_FIELDS), [term.office.body_id]
            events.append(
                build_event("membership_entered", about=term, by=None, at=now, after=after, bodies=bodies)
            )
        append(events)

    def read_holders(self, on: date) -> None:
        """Who holds which office on the day, as the database says."""
        terms = Membership.objects.holding_on(on).filter(person__is_active=True)
        for term in terms.select_related("office__body", "person").order_by("pk"):
            self.holders.setdefault((term.office.body.code, term.office.role), []).append(term.person)

    def holder(self, body: Body, *roles: str) -> Person | None:
        """The first holder of the first of the roles that anybody holds."""
        for role in roles:
            if people := self.holders.get((body.code, role)):
                return people[0]
        return None


def load(bodies: dict[str, Body], password: str) -> Cast:
    """Enter the people and terms that are not there yet."""
    cast = Cast(bodies, password)
    cast.person("admin", "Quản trị hệ thống", signs_in=True, staff=True)
    _national_accounts(cast)
    for place in places():
        _province(cast, place)
    _posts(cast)
    for row in rows("ministries"):
        _ministry(cast, row)
    for row in rows("agencies"):
        _agency(cast, row)
    _helpers(cast)
    cast.write()
    cast.read_holders(today())
    return cast


def _national_accounts(cast: Cast) -> None:
    cast.person("central.head", "Tổng Bí thư Ban Chấp hành Trung ương Đảng", signs_in=True)
    cast.person("government.head", "Thủ tướng Chính phủ", signs_in=True)
    central = cast.person("central.secretary", "Thư ký Ban Chỉ đạo Trung ương", signs_in=True)
    government = cast.person("government.secretary", "Thư ký Ban Chỉ đạo của Chính phủ", signs_in=True)
    inspector = cast.person("inspector", "Kiểm tra viên Ủy ban Kiểm tra Trung ương", signs_in=True)
    cast.appoint(central, "BCDTW", Role.SECRETARY, position="Thư ký", position_en="Secretary")
    cast.appoint(central, "VPTW", Role.SECRETARY)
    cast.appoint(government, "BCDCP", Role.SECRETARY, position="Thư ký", position_en="Secretary")
    cast.appoint(government, "BKHCN", Role.SECRETARY, since=MINISTRIES_SINCE)
    for code in ("BCDTW", "BCDCP"):
        cast.appoint(inspector, code, Role.INSPECTOR, position="Kiểm tra viên", position_en="Inspector")
    cast.appoint(inspector, "UBKTTW", Role.OFFICER)


def _province(cast: Cast, place: Place) -> None:
    """The people of a province; all but the director of the department can sign in."""
    committee, council, department = (f"{kind}-{place.code}" for kind in ("BCD", "UBND", "SKHCN"))
    body = cast.bodies[committee]
    since = body.established_on or KNOWN_SINCE.get(committee) or PROVINCES_SINCE
    party, unit = ("Thành ủy", "thành phố") if place.is_city else ("Tỉnh ủy", "tỉnh")
    head = cast.person(f"{place.slug}.head", f"Bí thư {party} {place.name}", signs_in=True)
    secretary = cast.person(f"{place.slug}.secretary", f"Thư ký Ban Chỉ đạo {place.full}", signs_in=True)
    officer = cast.person(f"{place.slug}.officer", f"Đầu mối Sở KH&CN {place.name}", signs_in=True)
    chairman = cast.person(f"{place.slug}.chairman", f"Chủ tịch UBND {unit} {place.name}", signs_in=True)
    director = cast.person(f"{place.slug}.director", f"Giám đốc Sở Khoa học và Công nghệ {place.name}")
    # Documents from before a province became a city name its chairman by the older unit.
    cast.by_name.setdefault(f"Chủ tịch UBND tỉnh {place.name}", chairman)
    decision = _number(body.decision) if place.code == "KHANHHOA" else ""
    cast.appoint(
        head, committee, Role.HEAD, since=since, position="Trưởng Ban", position_en="Head", decision=decision
    )
    cast.appoint(
        chairman,
        committee,
        Role.STANDING_DEPUTY,
        since=since,
        position="Phó Trưởng Ban Thường trực",
        position_en="Standing Deputy Head",
    )
    cast.appoint(
        secretary, committee, Role.SECRETARY, since=since, position="Thư ký", position_en="Secretary"
    )
    cast.appoint(director, committee, Role.MEMBER, since=since, position="Ủy viên", position_en="Member")
    cast.appoint(officer, committee, Role.OFFICER, since=since)
    cast.appoint(chairman, council, Role.HEAD, since=PROVINCES_SINCE)
    cast.appoint(director, department, Role.HEAD, since=PROVINCES_SINCE)
    cast.appoint(officer, department, Role.OFFICER, since=PROVINCES_SINCE)


def _posts(cast: Cast) -> None:
    counts: dict[tuple[str, str], int] = {}
    for row in [*rows("posts"), *rows("more_posts")]:
        code, role = row["body_code"], row["role"]
        if role in Role.values and code in cast.bodies:
            counts[code, role] = counts.get((code, role), 0) + 1
            _post(cast, row, counts[code, role])


def _post(cast: Cast, row: Row, nth: int) -> None:
    body = cast.bodies[row["body_code"]]
    title, since = _since(row["post_title_vi"])
    who, _dash, position = _split(title)
    english = _split(_since(row["post_title_en"])[0])[2]
    if body.level not in NATIONAL:
        place = next(part for part in reversed(body.code.split("-")) if part != "UB").lower()
        who = f"{who} {_place_names()[place]}"
    ended = {row["head"]: day(row["dissolved_on"]) for row in rows("agencies") if row["dissolved_on"]}
    cast.appoint(
        cast.person(f"{body.code.lower()}.{row['role']}{nth}", who),
        body.code,
        row["role"],
        since=since,
        position=position,
        position_en=english,
        until=ended.get(who),
        decision=_decision(row, since, body),
        fields=FIELDS.get(who, "") if body.code == "BCDCP" else "",
    )


def _decision(row: Row, since: date | None, body: Body) -> str:
    """The establishing decision for those named with it; of the later ones only September 2025 is known."""
    if row in rows("more_posts") or (since and since > FIRST_TERMS_ON):
        return "2130/QĐ-TTg" if since == ADDED_ON else ""
    return _number(body.decision)


def _since(title: str) -> tuple[str, date | None]:
    """Take the month in brackets off a post: the post is known to be held since then."""
    match = re.search(r"\s*\((?:bổ sung |added )?(?:(\d{1,2})/|[A-Z][a-z]+ )(\d{4})\)", title)
    if not match:
        return title, None
    bare = title[: match.start()] + title[match.end() :]
    if not match[1]:
        return bare, None
    if (match[1], match[2]) == ("9", "2025"):
        return bare, ADDED_ON
    return bare, max(FIRST_TERMS_ON, date(int(match[2]), int(match[1]), 1))


def _split(title: str) -> tuple[str, str, str]:
    """`Phó Thủ tướng Chính phủ - Phó Trưởng Ban (1)` → who with the number, and the position."""
    who, dash, position = title.partition(" - ")
    number = re.search(r" (\(\d\))$", position)
    if number:
        who, position = f"{who} {number[1]}", position[: number.start()]
    return who, dash, position


def _place_names() -> dict[str, str]:
    """Slug → name of every province of today, every merged one and the three communes."""
    names = {place.slug: place.name for place in places()}
    merged = [name for place in places() for name in place.merged]
    names |= {slug(name): re.sub(r"^(tỉnh|thành phố) ", "", name) for name in merged}
    return names | {"anthoidong": "An Thới Đông", "conghai": "Công Hải", "namdongha": "Nam Đông Hà"}


def _number(decision: str) -> str:
    """The first decision number in the words of the establishing decision."""
    match = re.search(r"\d+[-/]QĐ[-/]\w+", decision)
    return match[0] if match else ""


def _ministry(cast: Cast, row: Row) -> None:
    code = row["code"]
    head = cast.by_name.get(HEADS.get(code, f"Bộ trưởng {row['name_vi']}"))
    if head:
        cast.appoint(head, code, Role.HEAD, since=MINISTRIES_SINCE)
    officer = cast.person(f"bo.{code.lower()}", f"Đầu mối {row['name_vi']}", signs_in=True)
    cast.appoint(officer, code, Role.OFFICER, since=MINISTRIES_SINCE)


def _agency(cast: Cast, row: Row) -> None:
    code = row["code"]
    khanh_hoa = code.endswith("-KHANHHOA")
    since = day(row["established_on"]) or (PROVINCES_SINCE if khanh_hoa else FIRST_TERMS_ON)
    if row["head"]:
        head = cast.person(f"{row['account'] or code.lower()}.head", row["head"])
        cast.appoint(head, code, Role.HEAD, since=since)
    if row["account"]:
        officer = cast.person(row["account"], f"Đầu mối {row['short_name']}", signs_in=True)
        cast.appoint(officer, code, Role.OFFICER, since=since)


def _helpers(cast: Cast) -> None:
    """The Party Office of Khánh Hòa helps its standing agency to follow and urge (Plan 11-KH/BCĐ)."""
    helper = cast.by_username["khanhhoa.vptu"]
    cast.appoint(
        helper, "BCD-KHANHHOA", Role.ASSISTANT, position="Theo dõi, đôn đốc", position_en="Follows and urges"
    )
