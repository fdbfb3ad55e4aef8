"""Finds the unit that answers, as the reply names it."""

import re
from typing import Final

_SIGNED: Final = re.compile(
    r"([A-Z]?\d{0,2}[省市县区州]?[\u4e00-\u9fffA-Z0-9]{1,22}?(?:政府|街道办事处|街道|办事处|管委会|委员会|局|办公室|大队|支队|中队|中心|处|所|院|公司|委|办|社区|经开区|中学|小学|学校))"
    r"\s*(?:(?:20\d\d|二[〇零○O]\S\S)年\S{1,3}月\S{0,3}日?)?\s*$"
)
_ACTS: Final = re.compile(
    r"(?:经|由|接到[^，。]{0,10}后)[，,]?([A-Z]?\d{0,2}[省市县区州]?[\u4e00-\u9fff]{1,14}?(?:局|委|街道|镇|乡|大队|中队|派出所|管委会|中心|公司|社区|学校|处|所))(?:的?工作人员)?(?:核实|调查|核查|了解|现场|负责)"
    r"|(?:^|[，。；：！\s])([A-Z]?\d{0,2}[省市县区州]?[\u4e00-\u9fff]{2,14}?(?:局|街道|镇政府|党委政府|大队|中队|派出所|管委会|中心|社区))(?:高度重视|立即|迅速|已|将|第一时间|工作人员|于\d|组织|会)"
)
_VAGUE: Final = re.compile(r"^(?:我|本|该|贵|各|相关|有关|此|其|请|和|与|及|市|县|区|上级)|相关|有关|主管部门")


def answering_unit(reply: str) -> str | None:
    """Return the unit that answers, an exact part of `reply`: the signature, else the unit that acts; None for 我局."""
    signed = _SIGNED.search(reply.strip())
    if (
        signed
        and len(signed.group(1)) >= 3
        and not _VAGUE.search(signed.group(1))
        and not re.search("[，。！感谢]", signed.group(1))
    ):
        return signed.group(1)
    for match in _ACTS.finditer(reply):
        name = match.group(1) or match.group(2)
        if name and not _VAGUE.search(name) and len(name) >= 3:
            return name
    return None
