"""Bodies with names as the ministries and provinces have them, some alike."""

from __future__ import annotations

from datetime import date

import pytest

from committees.models import Body

CENTRE, PROVINCE, COMMUNE = "GOV", "BCD-KH", "BCD57-CH"

# code, parent, level, kind, name, short name
TREE = """
GOV - government committee | Ban Chỉ đạo của Chính phủ | BCĐ của Chính phủ
BCA GOV ministry agency | Bộ Công an | Bộ Công an
BNV GOV ministry agency | Bộ Nội vụ | Bộ Nội vụ
BTP GOV ministry agency | Bộ Tư pháp | Bộ Tư pháp
BTC GOV ministry agency | Bộ Tài chính | Bộ Tài chính
BKHCN GOV ministry agency | Bộ Khoa học và Công nghệ | Bộ KH&CN
BNNMT GOV ministry agency | Bộ Nông nghiệp và Môi trường | Bộ NN&MT
BVHTTDL GOV ministry agency | Bộ Văn hóa, Thể thao và Du lịch | Bộ VH-TT&DL
BTTTT - ministry agency | Bộ Thông tin và Truyền thông | Bộ TT&TT
VPCP GOV ministry agency | Văn phòng Chính phủ | Văn phòng Chính phủ
UBND-KH GOV provincial agency | Ủy ban nhân dân tỉnh Khánh Hòa | UBND tỉnh Khánh Hòa
UBND-HN GOV provincial agency | Ủy ban nhân dân thành phố Hà Nội | UBND thành phố Hà Nội
SKHCN-KH UBND-KH provincial agency | Sở Khoa học và Công nghệ tỉnh Khánh Hòa | Sở KH&CN Khánh Hòa
STC-KH UBND-KH provincial agency | Sở Tài chính tỉnh Khánh Hòa | Sở Tài chính Khánh Hòa
SVHTTDL-KH UBND-KH provincial agency | Sở Văn hóa, Thể thao và Du lịch tỉnh Khánh Hòa | Sở VH-TT&DL Khánh Hòa
VPUB-KH UBND-KH provincial agency | Văn phòng UBND tỉnh Khánh Hòa | Văn phòng UBND tỉnh Khánh Hòa
SKHCN-HN UBND-HN provincial agency | Sở Khoa học và Công nghệ thành phố Hà Nội | Sở KH&CN Hà Nội
CA-KH - provincial agency | Công an tỉnh Khánh Hòa | Công an tỉnh Khánh Hòa
VPTU-KH - provincial agency | Văn phòng Tỉnh ủy Khánh Hòa | Văn phòng Tỉnh ủy Khánh Hòa
BCD-KH - provincial committee | Ban Chỉ đạo về chuyển đổi số tỉnh Khánh Hòa | BCĐ tỉnh Khánh Hòa
TGV-KH BCD-KH provincial support_team | Tổ Giúp việc Ban Chỉ đạo tỉnh Khánh Hòa | Tổ Giúp việc tỉnh Khánh Hòa
BCD57-CH BCD-KH commune committee | Ban Chỉ đạo 57 xã Công Hải, tỉnh Khánh Hòa | BCĐ 57 xã Công Hải
UBND-CH UBND-KH commune agency | Ủy ban nhân dân xã Công Hải, tỉnh Khánh Hòa | UBND xã Công Hải
VHXH-CH BCD57-CH commune agency | Phòng Văn hóa - Xã hội xã Công Hải | Phòng VH-XH xã Công Hải
DAOTAO-A - central agency | Viện Đào tạo | -
DAOTAO-B - central agency | Viện Đào tạo | -
"""


@pytest.fixture
def tree() -> dict[str, Body]:
    bodies: dict[str, Body] = {}
    for pk, line in enumerate(TREE.strip().splitlines(), start=1000):
        head, name, short = line.split(" | ")
        code, above, level, kind = head.split(" ")
        parent = bodies.get(above)
        path = f"{parent.path if parent else ''}{pk:06d}."
        values = {"level": level, "kind": kind, "chain": "state", "name_vi": name, "path": path}
        bodies[code] = Body(pk=pk, code=code, parent=parent, short_name=short.strip("-"), **values)
    bodies["BTTTT"].dissolved_on = date(2025, 3, 1)
    bodies[
        "BKHCN"
    ].note = "Hợp nhất từ Bộ Thông tin và Truyền thông và Bộ Khoa học và Công nghệ từ 01/03/2025."
    bodies["BTC"].note = "Hợp nhất từ Bộ Kế hoạch và Đầu tư và Bộ Tài chính từ 01/03/2025."
    bodies["BCD-KH"].standing_agency = bodies["SKHCN-KH"]
    Body.objects.bulk_create(bodies.values())
    return bodies
