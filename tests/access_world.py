"""The world of the access walk: one message of each delicate sort, every word of which stands nowhere else."""

import io
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.cast import MORNING, fresh

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import files
from huixiang.cases.actions import accepting, assigning, keeping_knowledge, noting, supplementing, withdrawing
from huixiang.cases.models import Draft, EventDelivery, Supplement
from huixiang.jobs.delivering import deliver
from huixiang.moderation.actions import reviewing
from huixiang.portal.kept import shelf
from huixiang.units.models import Membership

CASES = ("公开", "只答复", "不公开", "举报", "撤回", "外区", "外单位", "待认领", "待交办", "法律", "待审")
FLOWER_NAMES = ["银杏", "海棠", "腊梅", "丹桂", "木槿", "芙蓉", "石榴", "山茶", "紫薇", "杜鹃", "茉莉"]
FLOWERS = dict(zip(CASES, FLOWER_NAMES, strict=True))
UNITS = {"公开": "住建局", "不公开": "住建局", "举报": "人社局", "外单位": "人社局", "外区": "雨花住建局"}


def words_of(case):
    """What is said in and about a case; every word of it stands nowhere else."""
    flower = FLOWERS[case]
    return {
        "title": f"{flower}小区水压太低", "body": f"{flower}巷六楼没有水", "phone": f"137000000{CASES.index(case):02}",
        "contact": f"{flower}先生", "note": f"{flower}的内部备注",
        "draft": f"{flower}的答复还没有想好怎么写，先记在这里。",
        "reply": f"{flower}的事已经派人去看，水泵正在修，修好再来说。", "added": f"139000000{CASES.index(case):02}",
    }  # fmt: skip


@dataclass
class World:
    town: object
    cases: dict = field(default_factory=dict)
    replies: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    fixed: dict = field(default_factory=dict)


def message(case, **rest):
    words = words_of(case)
    body = f"{words['body']}，请打{words['phone']}找我，什么时候能修好？"
    contact = {"contact_name": words["contact"], "contact_phone": words["phone"]}
    return {"title": words["title"], "body": body, **contact, **rest}


@pytest.fixture
def world(town, settings, tmp_path):
    settings.RATE_SCALE = 1000
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": place}
    inspector = town.people["内部质检员"] = User.objects.create_staff(
        "内部质检员", "a long test password", "内部质检员"
    )
    Membership.objects.create(user=inspector, role=Role.QUALITY_INSPECTOR, region=town.regions["湖南省"])
    Membership.objects.create(user=inspector, role=Role.HANDLER, unit=town.units["供水公司"])
    here = World(town)
    here.cases = {
        "公开": town.handling(supporting=["供水公司"], **message("公开")),
        "只答复": town.published(
            town.handling(visibility="reply_only", **message("只答复")), body=words_of("只答复")["reply"]
        ),
        "不公开": town.handling(visibility="private", **message("不公开")),
        "举报": report(town),
        "撤回": town.handling(**message("撤回")),
        "外区": town.assigned(region="雨花区", unit="雨花住建局", visibility="private", **message("外区")),
        "外单位": town.assigned(unit="人社局", visibility="private", **message("外单位")),
        "待认领": town.approved(**message("待认领")),
        "待交办": town.approved(visibility="private", **message("待交办")),
        "法律": town.assigned(unit="律师团", column="legal", kind="consult", **message("法律")),
        "待审": town.submit(**message("待审")),
    }
    for name in CASES:
        talk(here, name)
    withdrawing.withdraw(fresh(here.cases["撤回"]), town.act("小满"))
    furnish(here)
    here.cases = {name: fresh(case) for name, case in here.cases.items()}
    shelf.clear()
    return here


def report(town):
    act = town.act("审核员", role="平台审核员")
    case = town.submit(kind="report", **message("举报"))
    reviewing.take(case, act)
    reviewing.approve(fresh(case), act, title=case.title, body=case.body, accused=[town.units["供水公司"]])
    assigning.assign(fresh(case), town.units["人社局"], town.act("交办员"))
    return accepting.accept(fresh(case), town.act("消保委", unit="人社局"))


def talk(here, name):
    """Notes, later words, and where a unit works on the case a published reply, a draft and files."""
    town, case, words = here.town, here.cases[name], words_of(name)
    noting.note(fresh(case), words["note"], town.act("交办员"))
    supplementing.supplement(fresh(case), f"还可以打{words['added']}，多谢。", town.act("小满"))
    here.files[name, "message"] = attach(case)
    if name in UNITS:
        town.published(fresh(case), kind="initial", body=words["reply"], unit=UNITS[name])
        here.replies[name, "out"] = fresh(case).replies.get(kind="initial")
        here.replies[name, "draft"] = town.drafted(fresh(case), kind="progress", body=words["draft"], unit=UNITS[name])
        for reply in ("out", "draft"):
            here.files[name, reply] = attach(case, reply=here.replies[name, reply])


def attach(case, **belongs):
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    file = files.take(SimpleUploadedFile("照片.png", picture.getvalue()), at=MORNING)
    file.case = case
    for key, value in belongs.items():
        setattr(file, key, value)
    file.save()
    return file


def furnish(here):
    """What the addresses without a case need, and the search index as the loops leave it."""
    draft = Draft.objects.create(
        token="u" * 32, author=here.town.people["小满"], created_at=MORNING, updated_at=MORNING
    )
    here.files["公开", "released"] = attach(here.cases["公开"], is_public=True)
    here.files["草稿", "unsent"] = attach(None, draft=draft)
    while deliver(at=MORNING.replace(day=20)):
        pass
    assert not EventDelivery.objects.exists()
    here.fixed = {
        "year": [2026], "way": ["email"],
        "-": [], "token": ["x" * 32], "unit": [here.town.units["住建局"].pk], "region": ["430104"], "door": ["portal"],
        "number": [987654], "person": [here.town.people["承办人"].pk],
        "membership": [here.town.people["承办人"].pk, 987654],
        "entry": [_entry(here).pk],
        "supplement": [Supplement.objects.get(case=here.cases["公开"]).pk],
    }  # fmt: skip


def _entry(here):
    """A standard answer that waits for its approval."""
    words = keeping_knowledge.Words(
        "水压低找谁？", "请打报修电话。", "《城市供水条例》", here.town.regions["岳麓区"], date(2028, 1, 1)
    )
    return keeping_knowledge.write(words, here.town.units["住建局"], here.town.act("承办人", MORNING.replace(day=20)))
