"""Fills the database of the journeys with the town of the tests: `python -m tests.journeys.town`.

The demo's own town would do as well, but takes a minute to build; here, too, every page has something to show.
"""

from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402
from tests.cast import build_town, fresh  # noqa: E402

from huixiang.cases.actions import noting, supplementing  # noqa: E402
from huixiang.followup.actions import rating  # noqa: E402
from huixiang.followup.models import SCORES  # noqa: E402


def main():
    """One message in each corner that the journeys look into, left some days ago."""
    town, now = build_town(), timezone.now()
    at = now - timedelta(days=5)
    answered = town.published(
        town.handling(
            at=at, title="小区门口的路灯两个月没亮", body="望月湖小区门口的三盏路灯都不亮，老人晚上出门看不见路。"
        ),
        at=at + timedelta(hours=3),
        body="您说的望月湖小区门口三盏路灯，昨晚8点我局路灯所到现场看过，是电缆被挖断。今天上午已接好，三盏灯都亮了，由路灯所每周巡查。",
    )
    supplementing.supplement(answered, "昨晚去看，又坏了一盏。", town.act("小满", now))
    rated = town.published(
        town.handling(
            at=at, title="楼道消防栓里没有水", body="三单元楼道里的消防栓打开没有水，已经有半年了，很不安全。"
        ),
        at=at + timedelta(hours=3),
        body="三单元楼道消防栓没有水，是地下室的总阀门被关了。今天上午10点我局会同消防大队打开阀门，逐层试水，六层都有水，"
        "水压0.35兆帕。阀门已上锁，钥匙由物业值班室保管，每月试一次水。",
    )
    scores = dict.fromkeys(SCORES, 5)
    rating.rate(rated, town.act("小满", now, "留言人"), outcome="resolved", scores=scores, comment="来得很快，谢谢。")
    handled = town.handling(
        at=now - timedelta(hours=3), title="电梯三天两头停在半空", body="七栋的电梯这个月停了四次，请安排检修。"
    )
    noting.note(handled, "物业说配件在路上，先核实合同。", town.act("承办人", now, "承办人", "住建局"))
    town.drafted(fresh(handled), kind="initial", at=now, body="已派人到现场查看电梯，正在核对维保合同，查清后答复。")
    town.reviewed(
        town.handling(at=at, title="地下车库一下雨就积水", body="每次下雨车库都积水到脚踝，车子开不出去，请疏通排水。"),
        at=now,
    )
    town.approved(at=now, title="小区围墙裂了一道大缝", body="南边的围墙裂了一道缝，怕倒下来砸到人，请来看看。")
    town.submit(at=now, title="楼下烧烤摊油烟太大", body="每天晚上油烟往家里飘，孩子老是咳嗽，请管一管。")


main()
