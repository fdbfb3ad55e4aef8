"""The slots a substantial reply fills: who, what, when, where, how many, by which paper."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HAN: Final = "\u4e00-\u9fff"
SLOTS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        name: re.compile(pattern)
        for name, pattern in {
            "who": rf"[{_HAN}A-Za-z0-9]{{1,14}}?(?:局|委员会|办公室|街道|镇政府|人民政府|乡政府|大队|中队|支队|派出所|"
            rf"管委会|中心|公司|社区|村委会|"
            r"管理处|管理所|监管所|财政所|医保局|交警|城管)|(?:局长|主任|书记|镇长|乡长|站长|科长|所长|队长|校长|经理)",
            "what": r"(?:拆除|清理|修复|维修|更换|安装|检测|处罚|罚款|退还|发放|支付|整改|硬化|疏通|巡查|"
            r"约谈|立案|验收|"
            r"施工|开工|通水|通车|通电|"
            r"办理|安排|补偿|登记|审核|公示|协调|取缔|关停|搬迁|扩建|新建|采购|招标|设置|划分)",
            "when": r"(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日|底|初|上旬|中旬|下旬|份)|20\d\d年|"
            r"20\d\d\.\d{1,2}|(?:今|明|后|次|"
            r"当)[日天年]|本[周月]|"
            r"\d+(?:个工作日|天内|日内|小时|个月)|上午|下午|凌晨|晚上",
            "where": rf"[{_HAN}A-Za-z0-9]{{1,8}}(?:路|街|大道|小区|社区|村|镇|乡|栋|号楼|学校|小学|中学|"
            rf"医院|花园|广场|桥|"
            rf"河|湖|工地|楼盘|公园|市场|厂)",
            "number": r"\d+(?:\.\d+)?\s*(?:余|多)?(?:万|亿|千|百)?(?:元|米|公里|平方|亩|户|人|名|台|辆|处|"
            r"个|次|条|栋|套|吨|%|％|分|岁|盏|家|起|天|小时|周岁|分贝|组|间|件|宗)",
            "document": r"《[^》]{3,60}》|〔\d{4}〕|\[\d{4}\]|\d+号(?:文|令)?|第[一二三四五六七八九十百\d]+条",
        }.items()
    }
)
"""Slot name to pattern."""


def filled(text: str) -> dict[str, list[str]]:
    """Return the distinct fillings of each slot in `text`, in order of appearance."""
    return {name: list(dict.fromkeys(m.group() for m in pattern.finditer(text))) for name, pattern in SLOTS.items()}
