"""Published replies of every sort, and signing in to the desk."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import MORNING

from huixiang.cases.models import Reply

HOLLOW = "您好！您反映的问题已收悉，我局高度重视，已转相关部门处理。感谢您的理解与支持！"
# Goes through every check of publishing.
PASSING = "经现场查看，是二次加压泵的电机烧坏。11月20日已更换新泵，六楼实测水压0.28兆帕，今后每月检查一次。"
# In which the judgement finds nothing at all.
SOUND = (
    "您好！您反映六楼以上早晚高峰没有水的情况属实。11月17日，我局工作人员到现场查看，是二次加压泵的电机烧坏；"
    "11月18日已更换新泵，六楼实测水压0.28兆帕。给您家带来不便，我们很抱歉。今后每月检查一次，由供水所每月5日上门。"
)
DENIAL = "经了解，您反映的情况不属实。"


def answer(town, body=SOUND, *, at=MORNING, unit="住建局", **message):
    """A case with a final answer that says `body`, whatever a gate would say to it today; gives the reply."""
    case = town.published(
        town.handling(at=at, unit=unit, **message), at=at + timedelta(hours=3), body=PASSING, unit=unit
    )
    Reply.objects.filter(case=case, kind="final").update(body=body)
    return Reply.objects.get(case=case, kind="final")


@pytest.fixture
def desk(town):
    def browser(who):
        client = Client()
        client.force_login(town.people[who])
        return client

    return browser
