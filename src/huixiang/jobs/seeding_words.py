"""What the demo's people say where a message row leaves it open: extensions, drafts, notes, reasons."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from huixiang.cases.reasons import reasons
from huixiang.followup.models import UNSATISFIED_UP_TO
from huixiang.notices.wording import quoted
from huixiang.rules.calendar import CHINA

EXTENSIONS = [
    "您好！这件事涉及的人和材料较多，现在还差一方没有当面核对，原定时间答复不完整，需要延到{day}前。这期间已经能办的先办，办一项在这里说一项。",
    "您好！经现场查看，处理办法要和几家单位一起定，碰头的时间已经约好。为了把话说准，答复延到{day}前，请您谅解。会后当天先在这里通报。",
    "您好！维修材料和施工队已经安排，完工还要几天。我们不想没做完就说办好了，所以延到{day}前答复，期间现场有人看护。",
    "您好！您提的问题要调几年前的档案才能说清楚，档案室正在查找。答复延到{day}前，查到多少先告诉您多少。",
]
DRAFTS = [
    "您好！您反映的“{title}”，我们已到现场看过一次，正在和相关方面商定处理办法，{day}前在这里告诉您结果。有新的情况，可以直接在下面补充。",
    "您好！关于“{title}”，目前材料已收齐一半，还有一方没有联系上，今天继续联系。{day}前无论查到哪一步，都在这里向您说明。",
    "您好！“{title}”这件事已经排到本周的办理计划，负责的同志明天上门核实，{day}前给您回话。",
]
RETURN_NOTES = [
    "第二问没有回答，请补上时间和经办人。",
    "只写了已整改，没写改了什么、谁验收的，请补充。",
    "语气生硬，开头先回应留言人的难处。",
    "依据只写了“有关规定”，请写明文件名称和条款。",
]


def day_of(moment: date) -> str:
    """11月25日: how a day is said in a reply."""
    return f"{moment.month}月{moment.day}日"


def extension_text(until: date, rng: Random) -> str:
    """A reply that asks for more time and says until when."""
    return rng.choice(EXTENSIONS).format(day=day_of(until))


def draft_text(title: str, now: datetime, rng: Random) -> str:
    """A reply that somebody is still working on."""
    until = (now + timedelta(days=rng.randrange(2, 6))).astimezone(CHINA).date()
    return rng.choice(DRAFTS).format(title=quoted(title), day=day_of(until))


def return_note(rng: Random) -> str:
    """What a reviewer wants changed."""
    return rng.choice(RETURN_NOTES)


def reason_for(scores: Mapping[str, int], given: str) -> str:
    """The reason code of an unsatisfied rating: the one given, else the one that the lowest mark tells; else none."""
    if min(scores.values()) > UNSATISFIED_UP_TO:
        return ""
    if given in reasons("unsatisfied"):
        return given
    worst = min(scores, key=lambda name: scores[name])
    if worst.endswith("_speed"):
        return "too_slow"
    return "bad_attitude" if worst.endswith("_attitude") else "not_solved"
