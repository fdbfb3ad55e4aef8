"""Looking back: who may, over what, each reply once, through crashes, and what the figures say."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.cast import MORNING, fresh
from tests.quality.conftest import DENIAL, HOLLOW, SOUND, answer

from huixiang.cases.actions import accepting
from huixiang.cases.models import Reply
from huixiang.cases.refusals import Refused
from huixiang.followup.actions import reopening
from huixiang.nlp.parameters import BadParameters
from huixiang.quality import access, judging
from huixiang.quality.actions import looking_back
from huixiang.quality.figures import Figures
from huixiang.quality.models import LookBack, LookBackState, LookedReply, Opinion
from huixiang.units.access import actor_of

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
NIGHT = MORNING + timedelta(days=10)


def ask(town, who="督办员", unit="区政府", from_on=FIRST, until_on=LAST):
    actor = actor_of(town.people[who], at=MORNING)
    found = access.replies(actor, town.units[unit])
    return looking_back.ask(found, town.units[unit], town.act(who, NIGHT), from_on=from_on, until_on=until_on)


def finish(at=NIGHT):
    while looking_back.work(at=at):
        pass
    looking_back.work(at=at)


def test_every_answer_of_the_tree_is_judged_and_counted(town):
    bad, good = answer(town, HOLLOW), answer(town, SOUND)
    answer(town, HOLLOW, unit="供水公司")
    look_back = ask(town)
    finish()
    look_back.refresh_from_db()
    figures = Figures.of(look_back.summary)
    assert look_back.state == LookBackState.DONE
    assert {row.reply_id for row in look_back.looked.all()} == {bad.pk, good.pk}
    assert (figures.replies, figures.sent_back, figures.failed) == (2, 1, 0)
    assert [(u.label, u.replies, u.sent_back) for u in figures.units] == [("岳麓区住房和城乡建设局", 2, 1)]
    assert sum(share.replies for share in figures.trend) == 2
    assert Opinion.objects.get(reply=bad).send_back and not Opinion.objects.get(reply=good).send_back


def test_quoted_words_are_exact_parts_of_the_reply(town):
    reply = answer(town, DENIAL)
    ask(town)
    finish()
    findings = Opinion.objects.get(reply=reply).findings
    assert findings and all(f["span"] in reply.body and f["why"] and f["cure"] for f in findings)


def test_acknowledgements_and_drafts_are_no_answers(town):
    case = town.handling()
    town.published(case, kind="ack", body="您的留言已经收到，我们会尽快交给承办人员办理，请您放心。")
    town.drafted(town.handling(), body=HOLLOW)
    assert ask(town).looked.count() == 0


def test_the_period_takes_whole_days_of_china(town):
    reply = answer(town, at=MORNING)
    assert ask(town, from_on=MORNING.date(), until_on=MORNING.date()).looked.get().reply == reply
    assert ask(town, from_on=FIRST, until_on=MORNING.date() - timedelta(days=1)).looked.count() == 0


def test_an_empty_period_is_done_at_once(town):
    look_back = ask(town)
    finish()
    look_back.refresh_from_db()
    assert look_back.state == LookBackState.DONE and Figures.of(look_back.summary).replies == 0


def test_asking_twice_joins_the_open_one(town):
    answer(town)
    assert ask(town) == ask(town) and LookBack.objects.count() == 1
    finish()
    assert ask(town).pk != LookBack.objects.first().pk or LookBack.objects.count() == 2


def test_one_person_has_only_so_many_open(town):
    for day in range(1, looking_back.MOST_OPEN + 1):
        ask(town, from_on=date(2026, 10, day))
    with pytest.raises(Refused, match="在排队"):
        ask(town)
    assert ask(town, from_on=date(2026, 10, 1)) == LookBack.objects.get(from_on=date(2026, 10, 1)), "joining is free"
    assert ask(town, "领导")


@pytest.mark.parametrize(("first", "last"), [(LAST, FIRST), (date(2027, 1, 1), date(2027, 1, 2))])
def test_a_period_that_cannot_be_is_refused(town, first, last):
    with pytest.raises(Refused):
        ask(town, from_on=first, until_on=last)


def test_more_replies_than_one_look_back_takes_is_told(town, monkeypatch):
    monkeypatch.setattr(looking_back, "MOST", 1)
    answer(town), answer(town)
    with pytest.raises(looking_back.TooMuch) as refusal:
        ask(town)
    assert refusal.value.count == 2 and not LookBack.objects.exists()


def test_a_worker_that_died_loses_nothing_and_repeats_nothing(town, monkeypatch):
    replies = [answer(town) for _ in range(3)]
    monkeypatch.setattr(looking_back, "BATCH", 1)
    look_back = ask(town)
    looking_back.work(at=NIGHT)
    # The second worker dies with its lease in hand.
    monkeypatch.setattr(looking_back, "opinions", lambda rows, at: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        looking_back.work(at=NIGHT)
    monkeypatch.setattr(looking_back, "opinions", judging.opinions)
    assert looking_back.work(at=NIGHT) == 0, "the lease still runs"
    finish(NIGHT + looking_back.LEASE * 2)
    look_back.refresh_from_db()
    assert look_back.state == LookBackState.DONE
    assert Opinion.objects.count() == look_back.looked.exclude(opinion=None).count() == len(replies)


def test_a_reply_is_judged_once_however_often_somebody_looks_back(town, monkeypatch):
    reply = answer(town)
    ask(town)
    finish()
    monkeypatch.setattr(judging, "judge", lambda *a, **k: pytest.fail("judged again"))
    ask(town, "领导")
    finish()
    assert Opinion.objects.filter(reply=reply).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(
            reply=reply, version=judging.version(), send_back=False, graves_count=0, warns_count=0, weight=0,
            judged_at=NIGHT,
        )  # fmt: skip


def test_one_reply_that_cannot_be_judged_does_not_stop_the_others(town, monkeypatch):
    odd, fine = answer(town, HOLLOW), answer(town)
    judge = judging.judge

    def breaks(message, draft, **rest):
        if draft.text == odd.body:
            raise ZeroDivisionError("odd")
        return judge(message, draft, **rest)

    monkeypatch.setattr(judging, "judge", breaks)
    look_back = ask(town)
    finish()
    look_back.refresh_from_db()
    figures = Figures.of(look_back.summary)
    assert (look_back.state, figures.replies, figures.failed) == (LookBackState.DONE, 1, 1)
    assert "odd" in LookedReply.objects.get(reply=odd).error and LookedReply.objects.get(reply=fine).opinion


def test_missing_parameters_stop_it_and_it_goes_on_when_they_are_back(town, monkeypatch):
    answer(town)

    def missing(*given, **rest):
        raise BadParameters("replies.npz")

    look_back, judge = ask(town), judging.judge
    monkeypatch.setattr(judging, "judge", missing)
    looking_back.work(at=NIGHT)
    look_back.refresh_from_db()
    assert look_back.state == LookBackState.FAILED and "参数文件" in look_back.error
    assert not look_back.looked.exclude(error="").exists(), "no reply is to blame"
    monkeypatch.setattr(judging, "judge", judge)
    assert looking_back.retry(look_back) and not looking_back.retry(look_back)
    finish()
    look_back.refresh_from_db()
    assert look_back.state == LookBackState.DONE


def test_another_judgement_makes_another_opinion(town, monkeypatch):
    reply = answer(town)
    ask(town)
    finish()
    monkeypatch.setattr(judging, "version", lambda: "another")
    ask(town)
    finish()
    assert set(Opinion.objects.filter(reply=reply).values_list("version", flat=True)) >= {"another"}
    assert Opinion.objects.filter(reply=reply).count() == 2


def test_the_version_is_that_of_the_rules_and_parameters(monkeypatch):
    files = {path.name for path in judging._files()}
    assert {"judging.py", "ostrich.py", "reading.py", "replies.npz", "commitments.json", "gate_faults.py"} <= files
    assert "topics.npz" not in files, "what decides about topics makes no new opinion of a reply"
    assert len(judging.version()) == 16 == len(judging.version.__wrapped__())
    monkeypatch.setattr(judging, "_files", list)
    assert judging.version.__wrapped__() != judging.version()


def test_message_history_and_kind_are_judged_too(town, monkeypatch):
    seen = []
    judge = judging.judge
    monkeypatch.setattr(judging, "judge", lambda m, d, **rest: seen.append((m, d, rest)) or judge(m, d, **rest))
    case = town.published(town.handling(), kind="initial", body="已派人到现场查看，11月20日前告知结果。")
    case.refresh_from_db()
    town.published(case, at=MORNING + timedelta(hours=5))
    ask(town)
    finish()
    (first, second) = sorted(seen, key=lambda row: len(row[2]["history"]))
    assert (first[1].kind, second[1].kind) == ("initial", "final")
    assert [past.text for past in second[2]["history"]] == ["已派人到现场查看，11月20日前告知结果。"]
    assert first[0].title == case.title and first[0].at.date() == MORNING.date()


def test_the_day_of_the_next_word_counts_though_it_stands_in_a_field(town):
    town.published(town.handling(), kind="initial", body="您好，停水的情况我们已经看到，正派维修人员到现场检查水泵。")
    town.published(town.handling(), kind="initial", body="您好，停水的情况我们已经看到，正派维修人员到现场检查水泵。")
    Reply.objects.filter(pk=Reply.objects.earliest("pk").pk).update(next_report_on=None)
    ask(town)
    finish()
    dated, undated = Opinion.objects.order_by("-reply_id")
    assert not dated.send_back and undated.send_back


def test_the_wait_for_a_repeated_case_counts_from_its_reopening(town, monkeypatch):
    case = answer(town).case
    again = MORNING + timedelta(days=1)
    reopening.reopen(fresh(case), town.act("小满", again), reason="还是没有水")
    later = MORNING + timedelta(days=2)
    accepting.accept(fresh(case), town.act("承办人", later, "承办人", "住建局"))
    town.published(fresh(case), at=later)
    asked, judge = [], judging.judge
    monkeypatch.setattr(judging, "judge", lambda m, d, **rest: asked.append(m.at) or judge(m, d, **rest))
    ask(town)
    finish()
    assert sorted(asked) == [MORNING, again]


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("督办员", {"区政府", "住建局", "人社局", "供水公司"}),
        ("负责人", {"住建局"}),
        ("质检员", {"区政府", "住建局", "人社局", "供水公司", "雨花住建局", "律师团"}),
        ("承办人", set()),
        ("审核人", set()),
        ("分析员", set()),
        ("审核员", set()),
        ("陌生人", set()),
    ],
)
def test_whose_units_may_be_looked_back_over(town, who, sees):
    found = access.units(actor_of(town.people[who], at=MORNING))
    assert {unit.short_name for unit in found} == sees


def test_a_reader_sees_only_replies_of_cases_that_are_theirs_to_see(town):
    answer(town, HOLLOW, kind="report", visibility="private")
    look_back = ask(town, "质检员")
    finish()
    assert access.looked(actor_of(town.people["质检员"], at=MORNING), look_back).count() == 1
    assert access.looked(actor_of(town.people["督办员"], at=MORNING), look_back).count() == 0
    assert ask(town, "督办员").looked.count() == 0
