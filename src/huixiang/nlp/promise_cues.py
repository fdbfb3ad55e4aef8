"""What each clause of a reply shows of a promise: rule families read off the rubric, its place, what stands beside it.

The families name wording – who speaks, whether it is to come, done, wished or ruled – and judge nothing by themselves;
`commitments` weighs them, alone and in pairs.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp.clauses import Clause, clauses
from huixiang.nlp.dates import Moment, WorkingDays, moments

Array = npt.NDArray[Any]

_OFFICE: Final = (
    "(?:局|镇|办|县|市|区|街道|中心|公司|单位|们|司|校|院|乡|所|大队|委|处|会|厅|站|队|社区|村|部门|集团|园|政府|学校)"
)
# 会 as "will", not the 会 of meetings, committees and associations.
_HUI: Final = (
    "(?<![社委员机大工协常开议展培例体商])会(?!议|同|员|上|审|诊|计|展|馆|场|费|长|所|址|谈|见|商|战|考|面|期)"
)

CUES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        name: re.compile(pattern, re.MULTILINE)
        for name, pattern in {
            # To come: will, plan, forecast, soon, after, if.
            "unit_will": rf"{_OFFICE}.{{0,6}}?(?:将(?!L?\d)|会(?!议|同|员|上|审)|拟|计划|争取|力争|尽快|准备)",
            "shall": "将(?=会|尽|继|进|加|积|严|组|安|根|按|依|在|于|对|与|不|持|从|及|逐|适|督|协|联|全|以|通|采"
            "|由|一|为|予"
            "|被|向|着|结|重|启|派|充|切|认|坚|有|开|完|定|作|实|统|得|立|马|责|要|密|强|深|集|做|主|时|抓|随|第"
            "|针|很|更|再"
            "|邀|陆|同|建|努|配|综|最|招|请|到|给|尊|考|择|报|落|面|视|用|如|优|就|把|委|多|发|提|列|调|设|拆|追"
            "|处|终|聘|专"
            "|推|新|保|跟|制|牵|整|引|履|动|可|永|上|下)",
            "jiang": "将",
            "jiang_done": "已将|并将其|现将|了将",
            "jiang_object": "^将|要求.{0,12}将|必须将",
            "hui": _HUI,
            "plan": "拟(?!定的|订了)|计划(?!生育|内|数|》)|规划(?!局|条件|许可|红线|设计|用地|区|图|》)|打算|准备"
            "|筹备|方案",
            "forecast": "预计|预期|有望|预定|即将|届时|原定",
            "next": "下一步|下步|下阶段|下段|后续|后阶段|后段|后期|接下来",
            "later": "今后|以后|日后|将来|未来|往后",
            "soon": "尽快|尽早|早日|近期|近日|马上|立即|立刻|抓紧|随时|及时|第一时间|迅速|加快|限期",
            "strive": "争取|力争|努力|尽力|尽最大|尽可能|全力",
            "once": "待(?!遇|岗|业|人|在|批|定|办|查|见)|等(?=.{1,25}后)|一旦|只要|直至|直到",
            "if": "如果|若(?!干)|如(?=.{0,20}(?:情况|问题|发现|有|果|需|存在|确|属|再|未|经|不))|凡是?|再次发现"
            "|经查实|一经|发现一起",
            "by": "[日月年底旬天]前|以前|之前|内(?=完|将|予|进|解|发)|年内|月底|年底|上旬|中旬|下旬|季度|上半年"
            "|下半年|节前",
            "from": "起(?=[开实执全]|$)|开始|从.{1,10}起",
            "decided": "决定|会议明确|会议要求|研究同意|达成",
            # How firm: promised, agreed, ensured, studied, wished.
            "promise": "承诺|保证|答应|同意|表示|表态|愿意|许诺",
            "ensure": "确保|务必|坚决|一定|绝不|杜绝|严惩|严厉",
            "more": "进一步|加大|加强|强化|提升|完善|优化|深化|规范|改进|提高|健全",
            "on": "继续|持续|不断|逐步|陆续|一如既往|长期|不定期|定期|常态|日常|随时",
            "study": "研究|论证|考虑|统筹|参考|借鉴|采纳|吸取",
            "order": "督促|责令|责成|敦促|督办|指导|引导|约谈",
            "ask": "要求|请求|建议|提请",
            "effect": f"(?:将|{_HUI})+(?:得到|有效|大大|一举|极大|明显|影响|缓解|形成|改善|减轻|带来|永久|彻底得)"
            f"|势必|得到.{{0,6}}(?:改善|缓解|解决)",
            "only_then": "方可|才可|才能|方能",
            # Not to come: going on, done, passed on, denied.
            "now": "正在|目前|现(?!场|象|金|状|实|有|代)|正(?=进|积|处|组|按|有|着|与|由|对|抓|式)|当前|着手"
            "|进行中|过程中|之中",
            "going_on": "中$",
            "past": r"已(?!将|于下)|曾|了(?!解|望|如)|日前|过(?=了|$)|于\d.{2,12}[日月](?!前|底|内)",
            "done": "完成了|已完成|完毕|到位|完工|竣工|投入使用|落实了",
            "passed_on": "已将|已经将|已转|转交|转办|交办|批转",
            "not": "不(?!断|定期|同|懈|少|足|仅|明)|无|未|没有|尚|难以",
            "refuse": "不再|不予|不会|暂不|暂未|暂时|尚未|不便",
            # Who: the unit itself, others, the citizen.
            "we": rf"我{_OFFICE}|本(?:局|校|院|公司|单位|镇|中心|部门)",
            "we_first": "(?:^|下一步|今后|同时|后续|下步|因此|对此|故|目前|届时|并且|另|另外|此外|下阶段|为此"
            "|最后|综上|我们|接下来|现"
            rf"|为.{{1,15}})(?:我{_OFFICE}|本局)",
            "unit": "[一-龥A-Z0-9]{2,12}(?:局|镇政府|街道办?|办事处|管委会|社区|村委会|大队|中队|派出所|支队|中心"
            "|部门|医院|学校|小学"
            "|中学|幼儿园|学院|指挥部)",
            "third": "开发商|施工(?:单位|方|队)|物业|公司|企业|业主方|承包|厂|老板|负责人|当事人|店主|经营户"
            "|该(?:公司|单位|项目|企业)|双方|村民",
            "some_unit": "相关(?:部门|单位|职能|人员)|有关(?:部门|单位|方面|人员)|各(?:部门|单位|乡镇|级)"
            "|职能部门|上级|政府",
            "you": "您|你",
            "if_you": "[如若](?:果)?[您你]|[您你](?:可|需|应|也)",
            "people": "市民|网友|居民|群众|家长|业主|学生|广大|大家|村民|消费者|投诉人|反映人|当事人",
            "please": "请|欢迎|敬请|望(?!城)|希望|恳请|呼吁|提醒",
            "by_unit": "由.{2,20}(?:负责|进行|实施|承担|组织|牵头|处理|安排|予以|管理|解决|统一)",
            "duty": "职责|责任|主管|属于|负责|归|管理权|范围",
            "self": "自行|自己|自愿",
            # What: kinds of acts and words.
            "can": "可以|可(?=到|直|拨|向|通|以|凭|在|持|致|前|咨|根|自|与|选|申|于)|能够|能(?!源|力|否)",
            "must": "应当|应(?!急|该|用|聘|届|对)|须|需(?!求)|必须|不得|禁止|不能|严禁",
            "tell": "回复|答复|反馈|告知|通知|公布|公示|公开|公告|发布|通报|报告|说明|回电|联系",
            "contact": "电话|咨询|拨打|致电|热线|邮箱|联系人|联系我|登录|网站|微信|窗口",
            "repair": "维修|修复|修缮|修补|更换|清理|清运|清除|疏通|安装|增设|设置|拆除|整改|整治|改造|绿化|亮化"
            "|硬化|铺设|恢复|加装"
            "|补种|拓宽|划线|施划|维护|养护|清扫|保洁|改善",
            "build": "建设|施工|开工|动工|完工|竣工|启动|实施|通车|投入|建成|开通|交付|验收|招标|开展|进行|动建"
            "|推进|征拆|征收|搬迁"
            "|开放|运营|投产|落地",
            "check": "查处|处罚|处理|打击|巡查|监管|检查|排查|抓拍|巡逻|执法|调查|核查|核实|监测|检测|取缔|查封"
            "|立案|处置|严查|跟踪"
            "|跟进|关注|监督|走访|抽查",
            "work": "协调|对接|汇报|申报|上报|争取|沟通|衔接|商讨|协商|调解|宣传|培训|教育|劝导|解释|做好|负责"
            "|安排|组织|配合|支持"
            "|联合|协助|制定|出台|编制|修编|规划|办理|解决|落实|发放|支付|退还|补偿|补助|拨付|返还|赔偿|纳入|列入"
            "|申请|审批|调整"
            "|增加|招聘",
            "listed": "纳入|列入|列为|进入.{2,14}计划",
            "again": "再|重新|另行|逐一|进场",
            "rule": "规定|办法|条例|《|》|〔|法律|法规|政策|文件|标准|条款|程序|依法|依规",
            "money": "元|万|亿|%|平方|米|公里|亩",
            "number": r"\d",
            # How it stands: openers, ends, aims, causes, courtesy.
            "after": "[后时]$|之后$|前提下$|基础上$|情况下$|期间$|同时$|前$",
            "aim": "^为|以(?=便|确保|保|满|消|减|提|解|达|免)|从而|让|使|为.{2,14}(?:提供|创造|营造)|服务",
            "purpose": "减少|避免|防止|满足|消除|营造|维护|保障|方便|促进|推动",
            "cause": "由于|因(?!此)|导致|造成|致使|因为|原因|鉴于",
            "about": "关于|对于|针对|您(?:所)?反映|反映的|提出的|问题$",
            "slogan": "为民|人民满意|群众满意|服务水平|新台阶|和谐|优质|美好|满意|文明|形象|品质|幸福|良好|环境"
            "|再接再厉|不忘|继续努力",
            "thanks": "感谢|谢谢|理解|支持|谅解|关心|关注|监督|祝|抱歉|歉意",
            "hello": "您好|你好|收悉|回复如下|答复如下|情况(?:说明|回复|答复)如下|特此",
            "also": "^(?:并|同时|另外|此外|且|也|还|而且|以及|再|然后|最后)",
            "thus": "^(?:因此|所以|综上|故|对此|为此|届时|目前|现在|经)",
            "act_first": "^(?:加强|加大|强化|做好|积极|严格|督促|组织|协调|完善|继续|进一步|尽快|及时|对|将|责令"
            "|要求|开展|推进|落实|建立"
            "|制定|优化|增设|安排|配合|争取|加快|坚持|按照|深入|定期|切实|严厉)",
            "listed_point": "^(?:[一二三四五六]是|首先|其次|再次|一方面|另一方面)",
            "quote": '[“”"]',
            "bracket": "[（）()]",
        }.items()
    }
)

_MARK: Final = re.compile(
    "[（(]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})[、.．)）]|第[一二三四五六七八九十]|[一二三四五六]是|[①-⑩]"
)
_PLANS: Final = re.compile(
    "下一步|下步|下阶段|工作(?:打算|计划|措施|思路)|处理(?:意见|情况|结果|措施|建议)|解决(?:办法|方案|措施)"
    "|采取(?:以下|如下)"
    "|整改|承诺|措施|方案|要求|拟|将"
)
_FINDINGS: Final = re.compile("基本情况|调查|核实|原因|历史|现状|经查|如下")
_HEADING: Final = 16
"""Characters below which a clause that names plans or findings heads what follows, as one with a colon does."""

_STOPS: Final = "，,。；;：:！!？?"
_FAR: Final = 99

_STEPS: Final = MappingProxyType(
    {
        "length": (6, 9, 12, 16, 20, 25, 32),
        "in_sentence": (1, 2, 3, 5),
        "rest_of_sentence": (1, 2, 3),
        "to_the_end": (1, 2, 3, 5, 8, 12, 20),
        "share_read": (0.1, 0.2, 0.4, 0.6, 0.8, 0.9),
        "since_plans": (1, 2, 4, 8, 15),
        "since_findings": (1, 2, 4, 8, 15),
        "since_colon": (1, 2, 4, 8, 15),
        "clauses": (8, 15, 25, 40, 70),
        "days_ahead": (0, 15, 31, 92, 400),
    }
)
_FLAGS: Final = 6
PLACES: Final = _FLAGS + sum(map(len, _STEPS.values())) + len(_STOPS) + 1
"""Columns that say where a clause stands."""


class Cut(NamedTuple):
    """A reply cut into clauses, with the moments it names and, for each clause, those still to come when written."""

    reply: str
    clauses: list[Clause]
    written: date | None
    named: list[Moment]
    ahead: list[list[Moment]]

    @classmethod
    def of(cls, reply: str, written: date | None, calendar: WorkingDays | None = None) -> "Cut":
        """Cut `reply`; days resolve from `written`, working days by `calendar`."""
        found, named = clauses(reply), moments(reply, written, calendar)
        future = [m for m in named if written and m.day >= written]
        ahead = [[m for m in future if clause.start <= m.start < clause.end] for clause in found]
        return cls(reply, found, written, named, ahead)


class Sight(NamedTuple):
    """What is seen of every clause, one row each: cues of its own, of both neighbours, of its sentence so far; place.

    `share` is the share of the reply's clauses that show each cue.
    """

    own: Array
    before: Array
    after: Array
    so_far: Array
    place: Array
    share: Array


def sight(cut: Cut) -> Sight:
    """Return what is seen of each clause; there must be one at least."""
    own, found = _cues(cut), cut.clauses
    blank = np.zeros((1, len(CUES)))
    so_far = np.zeros_like(own)
    for row in range(1, len(found)):
        if found[row].sentence == found[row - 1].sentence:
            so_far[row] = np.maximum(so_far[row - 1], own[row - 1])
    share = np.repeat(own.mean(axis=0, keepdims=True), len(found), axis=0)
    before, after = np.concatenate([blank, own[:-1]]), np.concatenate([own[1:], blank])
    return Sight(own, before, after, so_far, _places(cut), share)


def _cues(cut: Cut) -> Array:
    """Return which clause shows which cue; all clauses are read at once, one a line."""
    joined = "\n".join(cut.reply[c.start : c.end].replace("\n", " ") for c in cut.clauses)
    ends = np.cumsum([c.end - c.start + 1 for c in cut.clauses])
    table = np.zeros((len(cut.clauses), len(CUES)))
    for column, pattern in enumerate(CUES.values()):
        starts = [match.start() for match in pattern.finditer(joined)]
        table[np.searchsorted(ends, starts, side="right"), column] = 1.0
    return table


def _places(cut: Cut) -> Array:
    found, since = cut.clauses, _since(cut)
    rows = np.zeros((len(found), PLACES))
    sentences = [clause.sentence for clause in found]
    for row, clause in enumerate(found):
        first, last = sentences.index(clause.sentence), bisect_right(sentences, clause.sentence) - 1
        days = min(((m.day - cut.written).days for m in cut.ahead[row]), default=-1) if cut.written else -1
        sizes = (
            clause.end - clause.start, row - first, last - row, len(found) - 1 - row, clause.start / len(cut.reply),
            *since[row], len(found), days,
        )  # fmt: skip
        steps = [size >= edge for size, edges in zip(sizes, _STEPS.values(), strict=True) for edge in edges]
        stop = [clause.stop == char for char in _STOPS]
        rows[row] = [*_flags(cut, row), row == first, *steps, *stop, not any(stop)]
    return rows


def _flags(cut: Cut, row: int) -> tuple[bool, ...]:
    """Return whether the clause is a listed point, has a day to come, a day past, a counted one, was said before."""
    start, end = cut.clauses[row][:2]
    gap = cut.reply[cut.clauses[row - 1].end if row else 0 : start]
    inside = sum(start <= m.start < end for m in cut.named)
    counted = any(m.is_relative for m in cut.ahead[row])
    said = cut.reply.find(cut.reply[start:end]) < start
    return bool(_MARK.search(gap)), bool(cut.ahead[row]), inside > len(cut.ahead[row]), counted, said


def _since(cut: Cut) -> list[tuple[int, int, int]]:
    """Return for each clause how many clauses ago plans, findings and a colon stood."""
    rows: list[tuple[int, int, int]] = []
    plans = findings = colon = -_FAR
    for row, clause in enumerate(cut.clauses):
        rows.append((row - plans, row - findings, row - colon))
        words, introduces = cut.reply[clause.start : clause.end], clause.stop in set(":：")
        heads = introduces or len(words) < _HEADING
        plans = row if heads and _PLANS.search(words) else plans
        findings = row if heads and _FINDINGS.search(words) else findings
        colon = row if introduces else colon
    return rows
