"""Reference data: regions, topics, columns and reply templates, from `data/`; a production site loads them too."""

import csv
import json
from typing import Any

from django.conf import settings
from django.db import transaction

from huixiang.cases.choices import ReplyKind
from huixiang.cases.models import Column, ReplyTemplate
from huixiang.units.models import Region, Topic

K = ReplyKind
# (kind, title, body): every 【…】 must be filled in before a reply can be sent to review.
TEMPLATES: list[tuple[ReplyKind, str, str]] = [
    (K.ACK, "已收到，告知由谁办", "您好！留言已收到，由【科室】的【姓氏】同志负责，【几点】前与您联系。"),
    (
        K.INITIAL,
        "求助类：先回应，再说今天做什么",
        "您好！您说的【留言里最要紧的一句】，我们看到了。今天【几点】，【科室】到【地点】查看，先【眼下能做的事】。"
        "【几月几日】前在这里告诉您查看的结果。",
    ),
    (
        K.INITIAL,
        "投诉类：只说怎么查，不下结论",
        "您好！您反映的【事项】已交【科室】核实。我们会【核实的办法】，不只听【被反映方】一方的说法。"
        "核实期间先【控制措施】。【几月几日】前在这里公布进展。",
    ),
    (
        K.INITIAL,
        "安全隐患：先控制住",
        "您好！【地点】的隐患，我们【几点】已派人到场，现已【警戒、停用或值守的办法】。"
        "原因正在查，【几月几日几点】前告诉您怎么修、多久修好。",
    ),
    (
        K.PROGRESS,
        "办到哪一步了",
        "您好！这几天做了：【已完成的事，写数字】。还没做完的是：【剩下的事】，卡在【原因】。下一步【谁】在【几月几日】前【做什么】。",
    ),
    (
        K.FINAL,
        "已经办好",
        "您好！您反映的【事项】，【几月几日】已经【办理结果】。原因是【原因】，责任在【单位或环节】。"
        "为了不再出现，我们【预防措施】。您可以到【地点或网址】核对；还有问题，请直接在这里追问，或找【科室】。",
    ),
    (
        K.FINAL,
        "咨询类：逐条回答",
        "您好！逐条回答您：一、【问题一】：【能或不能，依据哪份文件哪一条】。二、【问题二】：【答复】。"
        "办理需要【材料】，到【地点】，【多久】办好。",
    ),
    (
        K.FINAL,
        "办了一部分，余下有承诺",
        "您好！【已经办成的部分】已办好。【余下的部分】还要【时间】，原因是【原因】，由【责任科室】负责，"
        "【几月几日】前完成，完成当天在这里报告。没做完之前，这件事不销号。",
    ),
    (
        K.FINAL,
        "不能支持：讲明依据和别的办法",
        "您好！您要求【事项】，我们认真研究过，按照【文件名称和条款】不能办，因为【理由】。"
        "您的难处我们明白，可以这样试试：【替代办法】，办理地点【地点】。对这个答复有异议，可以【救济途径和期限】。",
    ),
    (
        K.EXTENSION,
        "延期：还差哪一步",
        "您好！这件事原定【几月几日】答复，现在还差【哪一步】，由【谁】在办，需要延到【几月几日】。在此之前我们先【临时措施】。",
    ),
    (
        K.TRANSFER,
        "移送：交给谁，回执编号",
        "您好！经核查，【事项】应由【接收机关】依法处理，已于【几月几日】移送，回执编号【编号】。"
        "由【接收机关】直接告知您结果；我们每【多久】在这里转告可以公开的进展。",
    ),
    (
        K.CORRECTION,
        "更正：哪里说错了",
        "您好！我们【几月几日】的回复里，【说错的话】与事实不符，向您道歉，现予更正。经【核查办法】重新核实，实际情况是【事实】。"
        "出错的原因是【原因】，【处理和改进】。",
    ),
]


def load(name: str) -> Any:
    """One JSON file of `data/`."""
    return json.loads((settings.REFERENCE_DIR / name).read_text(encoding="utf-8"))


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Brings regions, topics, columns and general templates in line with `data/`; running it again changes nothing.

    Gives the number of rows of each kind.
    """
    return {"regions": _regions(), "topics": _topics(), "columns": _columns(), "templates": _templates()}


def _regions() -> int:
    rows: list[Region] = []
    full_names: dict[str, str] = {}
    with (settings.REFERENCE_DIR / "regions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            above = row["parent_code"]
            full = f"{full_names[above]}/{row['name']}" if above else row["name"]
            full_names[row["code"]] = full
            rows.append(
                Region(
                    code=row["code"],
                    name=row["name"],
                    short_name=row["short_name"],
                    level=row["level"],
                    parent_id=above or None,
                    full_name=full,
                )
            )
    fields = ["name", "short_name", "level", "parent", "full_name"]
    Region.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    return len(rows)


def _topics() -> int:
    rows: list[Topic] = []
    for first in load("topics.json"):
        rows.append(Topic(code=first["code"], name=first["name"], words=first.get("words", [])))
        rows += [
            Topic(code=t["code"], name=t["name"], parent_id=first["code"], words=t["words"]) for t in first["second"]
        ]
    fields = ["name", "parent", "words"]
    Topic.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    return len(rows)


def _columns() -> int:
    rows = [
        Column(
            code=c["code"],
            name=c["name"],
            intro=c["intro"],
            notice=c["notice"],
            kinds=c["kinds"],
            asks_office_holder="office_holder" in c["extra"],
            asks_business="business_name" in c["extra"],
            position=position,
        )
        for position, c in enumerate(load("columns.json"))
    ]
    # `is_active` is not among them: a site may have closed a column.
    fields = ["name", "intro", "notice", "kinds", "asks_office_holder", "asks_business", "position"]
    Column.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    return len(rows)


def _templates() -> int:
    for kind, title, body in TEMPLATES:
        ReplyTemplate.objects.update_or_create(unit=None, kind=kind, title=title, defaults={"body": body})
    return len(TEMPLATES)
