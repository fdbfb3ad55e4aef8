"""The daily digest: at half past eight, once, to those who want it, about what is theirs."""

from datetime import timedelta

import pytest
from tests.cast import MORNING

from huixiang.jobs import digesting
from huixiang.notices.actions import preferring, telling
from huixiang.notices.models import Channel, Choice, Notice
from huixiang.rules.calendar import CHINA

DAY = timedelta(days=1)
HALF_PAST_EIGHT = MORNING.replace(hour=8, minute=30)


def mailed(town, *names, choice=Choice.DIGEST):
    for name in names:
        person = town.people[name]
        person.email = "someone@example.org"
        person.save(update_fields=["email"])
        preferring.choose(person, Channel.EMAIL, choice)


def digest_of(town, name):
    return Notice.objects.get(key__startswith="digest:", user=town.people[name])


def test_comes_once_a_day_and_not_before_half_past_eight(town, mail):
    mailed(town, "承办人")
    assert digesting.digest(at=HALF_PAST_EIGHT - timedelta(seconds=1)) == 0
    for minutes in (0, 1, 600):
        digesting.digest(at=HALF_PAST_EIGHT + timedelta(minutes=minutes))
    assert Notice.objects.count() == 1
    assert digesting.digest(at=HALF_PAST_EIGHT + DAY) == 1
    assert telling.send_due(at=HALF_PAST_EIGHT + DAY) == 2


def test_counts_what_is_due_red_and_black_in_own_units_only(town, mail):
    mailed(town, "承办人", "雨花承办人", "督办员")
    case = town.handling(kind="complaint")
    words = {}
    for name, at in [
        ("due", case.due_at.astimezone(CHINA).replace(hour=8, minute=30)),
        ("red", case.due_at + DAY),
        ("black", case.due_at + DAY * 12),
    ]:
        Notice.objects.all().delete()
        digesting.digest(at=at.astimezone(CHINA).replace(hour=8, minute=30))
        words[name] = [digest_of(town, who).subject for who in ("承办人", "督办员", "雨花承办人")]
    nothing = "今日待办：到期0件，超时0件，严重超时0件"
    assert words == {
        "due": ["今日待办：到期1件，超时0件，严重超时0件"] * 2 + [nothing],
        "red": ["今日待办：到期0件，超时1件，严重超时0件"] * 2 + [nothing],
        "black": ["今日待办：到期0件，超时0件，严重超时1件"] * 2 + [nothing],
    }


def test_names_the_cases_but_not_what_is_not_public(town, mail):
    mailed(town, "承办人")
    shown, hidden = town.handling(kind="complaint"), town.handling(kind="complaint", visibility="private")
    digesting.digest(at=(shown.due_at + DAY).astimezone(CHINA).replace(hour=9))
    body = digest_of(town, "承办人").body
    assert f"{shown.title}（{shown.number}）" in body and f"内容不公开的留言（{hidden.number}）" in body


@pytest.mark.parametrize("choice", [Choice.EACH, Choice.OFF])
def test_goes_only_to_those_who_chose_it(town, mail, choice):
    mailed(town, "承办人", choice=choice)
    assert digesting.digest(at=HALF_PAST_EIGHT) == 0


@pytest.mark.parametrize(("choice", "mails"), [(Choice.EACH, 1), (Choice.DIGEST, 0), (Choice.OFF, 0)])
def test_choice_decides_over_single_mails(town, mail, choice, mails):
    mailed(town, "承办人", choice=choice)
    telling.tell_people([town.people["承办人"]], telling.Word("题", "文"), key="event:1", at=MORNING)
    assert Notice.objects.filter(channel=Channel.EMAIL).count() == mails
    assert Notice.objects.filter(channel=Channel.IN_APP).count() == 1


def test_citizen_who_wants_no_texts_still_reads_in_the_app(town):
    preferring.choose(town.people["小满"], Channel.SMS, Choice.OFF)
    telling.tell(telling.Word("题", "文"), key="e:1", at=MORNING, user=town.people["小满"], phone="13812345678")
    assert list(Notice.objects.values_list("channel", flat=True)) == [Channel.IN_APP]


@pytest.mark.parametrize(
    ("who", "channel", "choice"),
    [
        ("小满", Channel.EMAIL, Choice.DIGEST),
        ("承办人", Channel.SMS, Choice.DIGEST),
        ("承办人", Channel.IN_APP, Choice.OFF),
        ("承办人", Channel.WECOM, Choice.OFF),
    ],
)
def test_choice_that_a_channel_does_not_have_is_refused(town, who, channel, choice):
    with pytest.raises(preferring.BadChoice):
        preferring.choose(town.people[who], channel, choice)
