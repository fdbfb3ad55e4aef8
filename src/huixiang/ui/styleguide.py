"""Sample data for the style guide: every component with something true to life in it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator

from huixiang.ui import vocabulary
from huixiang.ui.forms import PlainWords

NOW = datetime.fromisoformat("2026-11-24T15:20:00+08:00")
_KINDS = [("help", "求助"), ("ask", "咨询"), ("complain", "投诉"), ("advise", "建言")]
_REGIONS = [("", "请选择"), ("430102", "芙蓉区"), ("430103", "天心区")]


class SampleForm(PlainWords, forms.Form):
    """The kinds of fields the portal's forms are made of."""

    title = forms.CharField(label="标题", min_length=5, max_length=40, help_text="一句话说清什么地方、什么事。")
    kind = forms.ChoiceField(label="这是", choices=_KINDS, widget=forms.RadioSelect)
    region = forms.ChoiceField(label="发生在哪里", choices=_REGIONS)
    body = forms.CharField(label="事情经过", max_length=2000, widget=forms.Textarea, help_text="一条留言只说一件事。")
    photos = forms.FileField(label="照片或文件", required=False, help_text="最多6个，每个不超过10 MB。")
    agree = forms.BooleanField(label="我保证所说属实，并知道留言会先审核再公开")


def cases() -> list[dict[str, Any]]:
    """Give three case cards: answered, in hand and waiting for the citizen."""
    return [
        {
            "url": "#",
            "number": "HX-20261118-0042",
            "title": "小区二次供水泵房夜里停机，六楼以上连着三天没有水",
            "excerpt": "从周五晚上开始，每到十点就没有水，家里有老人刚做完手术，只能下楼提水。物业让我们再等等。",
            "column": "百姓呼声",
            "kind": "求助",
            "region": "天心区",
            "unit": "天心区住房和城乡建设局",
            "state": "closed",
            "time": NOW - timedelta(days=6),
            "supporters": 37,
            "resolution": "resolved",
            "reply_excerpt": "泵房控制柜已于11月20日更换，夜间供水恢复；物业每晚十点巡查一次，连续一周。",
        },
        {
            "url": "#",
            "number": "HX-20261123-0007",
            "title": "学校门口的斑马线磨没了，接送孩子过马路很危险",
            "excerpt": "建设路小学门口车流很大，斑马线已经看不清。希望重新划线，上下学时段安排人疏导。",
            "column": "问政",
            "kind": "建言",
            "region": "芙蓉区",
            "unit": "芙蓉区交警大队",
            "state": "handling",
            "time": NOW - timedelta(hours=19),
            "supporters": 12,
        },
        {
            "url": "#",
            "number": "HX-20261124-0003",
            "title": "健身房关门，预付卡里的两千六百元退不回来",
            "excerpt": "门店上周贴出停业通知，电话没人接。我办的是年卡，还剩八个月。",
            "column": "消费维权",
            "kind": "投诉",
            "region": "岳麓区",
            "unit": "岳麓区市场监督管理局",
            "state": "need_supplement",
            "time": NOW - timedelta(minutes=50),
            "supporters": 0,
        },
    ]


def events() -> list[dict[str, Any]]:
    """Give a short public timeline, newest first."""
    rows = [
        (
            1,
            "单位发布办理进展",
            "天心区住房和城乡建设局",
            "hourglass-split",
            "teal",
            "控制柜已到货，今晚断电更换，预计停水两小时。",
        ),
        (20, "单位初步回应", "天心区住房和城乡建设局", "megaphone", "blue", ""),
        (
            23,
            "已交办",
            "天心区委网信办",
            "person-check",
            "blue",
            "主办：天心区住房和城乡建设局；协办：城南路街道办事处",
        ),
        (25, "审核通过，公开展示", "平台审核", "shield-check", "green", ""),
        (26, "提交留言", "留言人", "send", "grey", ""),
    ]
    return [
        {"time": NOW - timedelta(hours=hours), "title": title, "actor": actor, "icon": icon, "tone": tone, "text": text}
        for hours, title, actor, icon, tone, text in rows
    ]


def reply() -> dict[str, Any]:
    """Give one official reply that answers what was asked."""
    text = (
        "六楼以上连着三天没有水，还让刚做完手术的老人等，是我们没有盯紧，向您和邻居们道歉。\n\n"
        "原因：泵房控制柜的一块继电器烧坏，夜间用水高峰时自动停机。\n"
        "已做：11月20日更换控制柜；当晚和次日晚十点实测六楼水压正常。\n"
        "接下来：物业每晚十点巡查，连续一周；11月30日前把全区42处同型号泵房查一遍，结果在本页公布。"
    )
    return {
        "unit": "天心区住房和城乡建设局",
        "unit_url": "#",
        "kind": "final",
        "time": NOW - timedelta(hours=3),
        "text": text,
        "next_report_at": NOW + timedelta(days=6),
        "contact": "物业科 李工 0731-8000 0000",
        "attachments": [{"url": "#", "name": "更换前后照片.jpg", "size": 428_000}],
    }


def desk_rows() -> list[dict[str, Any]]:
    """Give inbox rows with every light."""
    plan = [("green", 26), ("yellow", 2), ("red", -3), ("black", -150)]
    titles = ["斑马线磨没了，过马路危险", "预付卡退不回来", "楼上装修渗水半年没人管", "工地夜里十二点还在打桩"]
    states = ["handling", "assigned", "reopened", "handling"]
    return [
        {
            "light": light,
            "due": NOW + timedelta(hours=hours),
            "title": title,
            "state": state,
            "number": f"HX-20261124-00{place}",
        }
        for place, ((light, hours), title, state) in enumerate(zip(plan, titles, states, strict=True), start=11)
    ]


def page() -> Page[int]:
    """Give a page in the middle of many."""
    return Paginator(range(200), 10).page(6)


def desk_frame() -> dict[str, Any]:
    """Give what the desk's frame shows around a page."""
    items = [
        ("待我办理", 12, "inbox", "g i"),
        ("待认领", 5, "hand-index-thumb", "g c"),
        ("待我审核", 3, "shield-check", "g r"),
        ("已发布", 0, "check-circle", "g p"),
        ("模板", 0, "journal-text", "g t"),
        ("统计", 0, "bar-chart", "g s"),
    ]
    nav = [
        {"label": label, "url": "#", "count": count, "active": place == 0, "icon": icon, "shortcut": keys}
        for place, (label, count, icon, keys) in enumerate(items)
    ]
    return {
        "desk_nav": nav,
        "desk_user": "小满",
        "desk_unit": "天心区住房和城乡建设局",
        "desk_roles": ["承办人", "单位审核人"],
        "desk_search_url": "#",
        "sign_out_url": "#",
    }


def context() -> dict[str, Any]:
    """Gather everything both style guide pages show."""
    wrong = SampleForm({"title": "停水", "kind": "help", "region": "", "body": "从周五晚上开始，每到十点就没有水。"})
    reached = {"提交": 26, "审核": 25, "交办": 23}
    return {
        "now": NOW,
        "form": SampleForm(),
        "filters": SampleForm(auto_id="filter_%s"),
        "wrong": wrong,
        "cases": cases(),
        "events": events(),
        "reply": reply(),
        "rows": desk_rows(),
        "page": page(),
        "track_times": {label: NOW - timedelta(hours=hours) for label, hours in reached.items()},
        **{family: list(table) for family, table in vocabulary.FAMILIES.items()},
        **desk_frame(),
    }
