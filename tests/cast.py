"""One cast, one town: the people, units and regions that every test of the product shares.

小满 is the citizen; the housing bureau answers for her estate, the water company for her tap; the bureau of the next
district and a stranger must see nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count

import pytest
from django.apps import apps

from huixiang.accounts.actions.signing_in import citizen_of
from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.actions import accepting, assigning, claiming, publishing, replying, submitting
from huixiang.cases.actions.replying import Details
from huixiang.cases.ledger import STAMP_SLOTS, Act
from huixiang.cases.models import Case, Column, PublicStamp, Reply
from huixiang.followup.actions import rating
from huixiang.followup.models import SCORES
from huixiang.moderation.actions import reviewing
from huixiang.rules.calendar import CHINA
from huixiang.units.models import Level, Membership, OfficeHolder, Region, Remit, RuleVersion, Topic, Unit

# A Wednesday morning in an ordinary working week.
MORNING = datetime(2026, 11, 18, 9, 0, tzinfo=CHINA)
PASSWORD = "a long test password"
TITLE = "小区二次供水水压太低"
BODY = "我们小区六楼以上早晚高峰都没有水，物业说水泵坏了要等，请问什么时候能修好？"
FINAL_TEXT = "经现场查看，是二次加压泵的电机烧坏。11月20日已更换新泵，六楼实测水压0.28兆帕，今后每月检查一次。"
_forms = count(1)


@dataclass
class Town:
    """Everything the tests need, by name."""

    regions: dict[str, Region] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)

    def act(self, who, at=MORNING, role="测试", unit=None):
        return Act(self.people[who] if who else None, at, role, self.units[unit] if unit else None)

    def submit(
        self, *, by="小满", at=MORNING, column="voice", kind="help", region="岳麓区", title=TITLE, body=BODY, **rest
    ):
        token = rest.pop("form_token", None) or f"form-{next(_forms)}"
        message = submitting.Message(
            column=self.columns[column], kind=kind, region=self.regions[region], title=title, body=body, **rest
        )
        return submitting.submit(message, self.act(by, at, submitting.CITIZEN), form_token=token).case

    def approved(self, *, at=MORNING, urgency="normal", **message):
        case = self.submit(at=at, **message)
        reviewing.take(case, self.act("审核员", at, "平台审核员"))
        return reviewing.approve(
            fresh(case), self.act("审核员", at, "平台审核员"), title=case.title, body=case.body, urgency=urgency
        )

    def assigned(self, *, at=MORNING, unit="住建局", supporting=(), **message):
        case = self.approved(at=at, **message)
        helpers = [self.units[u] for u in supporting]
        return assigning.assign(case, self.units[unit], self.act("交办员", at, "交办员"), supporting=helpers)

    def handling(self, *, at=MORNING, unit="住建局", **message):
        case = self.assigned(at=at, unit=unit, **message)
        return accepting.accept(case, self.act("承办人", at, "承办人", unit))

    def claimed(self, *, at=MORNING, unit="住建局", **message):
        case = self.approved(at=at, **message)
        return claiming.claim(case, self.units[unit], self.act("承办人", at, "承办人", unit))

    def drafted(self, case, *, kind="final", at=MORNING, body=FINAL_TEXT, unit="住建局", **details) -> Reply:
        act = self.act("承办人", at, "承办人", unit)
        reply = replying.draft(case, self.units[unit], kind, act, body=body)
        if kind == "final":
            details = {"claimed_resolution": "resolved", **details}
        if kind in {"initial", "progress"}:
            details = {"next_report_on": (at + timedelta(days=3)).date(), **details}
        return replying.save(reply, act, body=body, details=Details(**details), seen_version=reply.version)

    def reviewed(self, case, **draft) -> Reply:
        at = draft.get("at", MORNING)
        reply = replying.send_to_review(self.drafted(case, **draft), self.act("承办人", at, "承办人"))
        return replying.pass_review(reply, self.act("审核人", at, "单位审核人"))

    def published(self, case, **draft) -> Case:
        reply = self.reviewed(case, **draft)
        return publishing.publish(reply, self.act("质检员", draft.get("at", MORNING), "质检员"))

    def answered(self, *, at=MORNING, **message):
        return self.published(self.handling(at=at, **message), at=at + timedelta(hours=3))

    def closed(self, *, at=MORNING, score=5, outcome="resolved", reason="", **message):
        case = self.answered(at=at, **message)
        scores = dict.fromkeys(SCORES, score)
        rating.rate(
            case,
            self.act("小满", at + timedelta(days=1), submitting.CITIZEN),
            outcome=outcome,
            scores=scores,
            reason=reason,
        )
        return fresh(case)


def fresh(case: Case) -> Case:
    """The case as the database has it."""
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def town(db) -> Town:
    """The town, newly built."""
    return build_town()


def restore_migrated_rows() -> None:
    """Puts back what migrations had written: a test with transactions of its own empties every table at its end."""
    if RuleVersion.objects.exists():
        return
    import_module("huixiang.units.migrations.0003_default_standards").load(apps, None)
    import_module("huixiang.units.migrations.0007_publish_first_limit").load(apps, None)
    PublicStamp.objects.bulk_create([PublicStamp(slot=n) for n in range(STAMP_SLOTS)], ignore_conflicts=True)


def build_town() -> Town:
    restore_migrated_rows()
    here = Town()
    _regions(here)
    _columns(here)
    _units(here)
    _people(here)
    return here


def _regions(here: Town) -> None:
    rows = [
        ("43", "湖南省", Level.PROVINCE, None),
        ("4301", "长沙市", Level.PREFECTURE, "43"),
        ("430104", "岳麓区", Level.COUNTY, "4301"),
        ("430104001", "望月湖街道", Level.TOWNSHIP, "430104"),
        ("430111", "雨花区", Level.COUNTY, "4301"),
        ("4302", "株洲市", Level.PREFECTURE, "43"),
        ("430202", "荷塘区", Level.COUNTY, "4302"),
    ]
    for code, name, level, parent in rows:
        above = Region.objects.filter(code=parent).first()
        full = f"{above.full_name}/{name}" if above else name
        here.regions[name] = Region.objects.create(
            code=code, name=name, short_name=name[:-1], level=level, parent=above, full_name=full
        )


def _columns(here: Town) -> None:
    every = ["consult", "help", "complaint", "report", "suggest", "thanks"]
    for n, (code, name, kinds) in enumerate(
        [
            ("voice", "百姓呼声", every),
            ("leader", "问政湖南", every),
            ("consumer", "消费维权", every[:4]),
            ("legal", "问法湖南", every[:2]),
        ]
    ):
        here.columns[code] = Column.objects.create(
            code=code, name=name, intro=name, kinds=kinds, position=n, asks_office_holder=code == "leader",
            asks_business=code == "consumer",
        )  # fmt: skip
    for code, name, parent, words in [
        ("housing", "城乡建设", None, []),
        ("housing.property", "物业与小区管理", "housing", ["物业", "小区", "业主"]),
        ("housing.water", "供水", "housing", ["停水", "水压", "供水", "自来水"]),
        ("labour", "劳动和社会保障", None, []),
        ("labour.wages", "欠薪", "labour", ["工资", "欠薪", "拖欠"]),
    ]:
        Topic.objects.create(code=code, name=name, parent_id=parent, words=words)


def _units(here: Town) -> None:
    rows = [
        ("区政府", "岳麓区人民政府", "government", "岳麓区", None),
        ("住建局", "岳麓区住房和城乡建设局", "housing", "岳麓区", "区政府"),
        ("人社局", "岳麓区人力资源和社会保障局", "labour", "岳麓区", "区政府"),
        ("供水公司", "岳麓清泉供水有限公司", "water_supply", "岳麓区", None),
        ("雨花住建局", "雨花区住房和城乡建设局", "housing", "雨花区", None),
        ("律师团", "湖南公益律师团", "law", "湖南省", None),
    ]
    for key, name, kind, region, parent in rows:
        above = here.units.get(parent)
        unit = Unit.objects.create(
            key=key, name=name, short_name=key, kind=kind, region=here.regions[region], parent=above
        )
        unit.path = f"{above.path if above else '/'}{unit.pk}/"
        unit.save(update_fields=["path"])
        here.units[key] = unit
    for unit, topic in [("住建局", "housing"), ("供水公司", "housing.water"), ("人社局", "labour")]:
        Remit.objects.create(unit=here.units[unit], topic_id=topic, region=here.regions["岳麓区"])
    OfficeHolder.objects.create(
        name="周区长", title="岳麓区区长", region=here.regions["岳麓区"], unit=here.units["区政府"]
    )


STAFF = [
    ("审核员", Role.MODERATOR, None, "湖南省"),
    ("另一审核员", Role.MODERATOR, None, "湖南省"),
    ("交办员", Role.COORDINATOR, None, "岳麓区"),
    ("承办人", Role.HANDLER, "住建局", None),
    ("供水承办人", Role.HANDLER, "供水公司", None),
    ("审核人", Role.UNIT_REVIEWER, "住建局", None),
    ("负责人", Role.UNIT_HEAD, "住建局", None),
    ("质检员", Role.QUALITY_INSPECTOR, None, "湖南省"),
    ("督办员", Role.SUPERVISOR, None, "岳麓区"),
    ("领导", Role.LEADER, None, "岳麓区"),
    ("召集人", Role.CONVENOR, None, "岳麓区"),
    ("律师", Role.LAWYER, "律师团", None),
    ("消保委", Role.CONSUMER_COUNCIL, "人社局", None),
    ("检测机构", Role.THIRD_PARTY, "供水公司", None),
    ("分析员", Role.ANALYST, None, "湖南省"),
    ("系统管理员", Role.SYSTEM_ADMIN, None, None),
    ("安全管理员", Role.SECURITY_ADMIN, None, None),
    ("审计管理员", Role.AUDIT_ADMIN, None, None),
    ("雨花承办人", Role.HANDLER, "雨花住建局", None),
]


def _people(here: Town) -> None:
    for name, role, unit, region in STAFF:
        user = User.objects.create_staff(name, PASSWORD, name)
        here.people[name] = user
        Membership.objects.create(
            user=user, role=role, unit=here.units.get(unit), region=here.regions[region] if region else None
        )
    here.people["陌生人"] = User.objects.create_staff("陌生人", PASSWORD, "没有任何角色")
    here.people["小满"] = citizen_of("13812345678")
    here.people["大雪"] = citizen_of("13987654321")
