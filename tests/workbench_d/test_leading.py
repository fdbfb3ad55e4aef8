"""The morning page, instructions and their tasks: who reads what, what is refused, what it costs."""

from datetime import timedelta

import pytest
from tests.cast import MORNING, STAFF, fresh
from tests.workbench_d.conftest import told

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.actions import assigning, withdrawing
from huixiang.cases.models import Case, CaseEvent, OriginalLook
from huixiang.moderation.actions import reviewing
from huixiang.supervision import watching
from huixiang.supervision.actions import controlling, instructing
from huixiang.supervision.models import InstructionTask, LeaderInstruction
from huixiang.units.models import Membership

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = "民生无小事，请住建局三天内解决，不得再拖。"
TASK = "三天内恢复供水并逐户告知"


def given(town, **changes):
    form = {"text": WORDS, "task1-unit": town.units["住建局"].pk, "task1-words": TASK, "task1-due": "2026-11-20"}
    return {**form, **changes}


@pytest.fixture
def instruction(town):
    task = instructing.Task(town.units["住建局"], TASK, MORNING + DAY * 3)
    return instructing.instruct(town.handling(), town.act("领导"), text=WORDS, tasks=[task])


@pytest.fixture
def other_leader(town):
    for name, region in (("雨花领导", "雨花区"), ("岳麓副区长", "岳麓区")):
        town.people[name] = User.objects.create_staff(name, "a long test password", name)
        Membership.objects.create(user=town.people[name], role=Role.LEADER, region=town.regions[region])


# -- giving ----------------------------------------------------------------------------------------


def test_leader_gives_an_instruction_from_the_case_page(town, desk):
    case, browser = town.handling(), desk("领导")
    assert f"/desk/cases/{case.number}/instruct/" in told(browser.get(f"/desk/cases/{case.number}/"))
    more = {"task3-unit": town.units["供水公司"].pk, "task3-words": "查明停水原因", "task3-due": "2026-11-19"}
    answer = browser.post(f"/desk/cases/{case.number}/instruct/", given(town, **more))
    assert answer.status_code == 302
    tasks = InstructionTask.objects.order_by("due_at").values_list("unit__key", "task", "due_at")
    assert [(unit, words) for unit, words, _ in tasks] == [("供水公司", "查明停水原因"), ("住建局", TASK)]
    assert all(due.astimezone(MORNING.tzinfo).hour == 17 for *_, due in tasks)
    assert CaseEvent.objects.filter(case=case, step="instruct", actor_role="领导").exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"text": " "}, "请填写批示内容"),
        ({"task1-words": ""}, "请填写要办什么"),
        ({"task1-due": "2026-11-17"}, "不能早于现在"),
        ({"task2-words": "只写了要办什么"}, "请选择“交给哪个单位”"),
        ({"task1-unit": "999999"}, "里没有这一项"),
    ],
)
def test_incomplete_instruction_is_refused_with_every_word_kept(town, desk, wrong, why):
    case = town.handling()
    answer = desk("领导").post(f"/desk/cases/{case.number}/instruct/", given(town, **wrong))
    page = told(answer)
    assert answer.status_code == 422 and why in page and not LeaderInstruction.objects.exists()
    assert (WORDS if "text" not in wrong else TASK) in page


def test_accused_unit_is_given_no_task(town, desk):
    case = town.handling(unit="供水公司")
    case.accused_units.set([town.units["区政府"]])
    answer = desk("领导").post(f"/desk/cases/{case.number}/instruct/", given(town))
    assert answer.status_code == 422 and "被反映的单位" in told(answer) and WORDS in told(answer)


def test_withdrawn_case_takes_no_instruction_and_says_so(town, desk):
    case = town.handling()
    withdrawing.withdraw(case, town.act("小满"))
    answer = desk("领导").post(f"/desk/cases/{case.number}/instruct/", given(town))
    assert answer.status_code == 409 and WORDS in told(answer)


@pytest.mark.parametrize("who", ["督办员", "交办员", "负责人", "召集人", "审核员"])
def test_nobody_but_a_leader_of_the_region_instructs(town, desk, who):
    case = town.handling()
    assert desk(who).get(f"/desk/cases/{case.number}/instruct/").status_code == 403
    assert desk(who).post(f"/desk/cases/{case.number}/instruct/", given(town)).status_code == 403


def test_leader_of_another_region_and_reports_are_out_of_reach(town, desk, other_leader):
    case, report = town.handling(), town.submit(kind="report")
    assert desk("雨花领导").post(f"/desk/cases/{case.number}/instruct/", given(town)).status_code == 404
    assert desk("领导").post(f"/desk/cases/{report.number}/instruct/", given(town)).status_code == 404


# -- reading ---------------------------------------------------------------------------------------


def test_leader_reads_their_own_words_and_no_look_is_logged(desk, instruction):
    assert WORDS in told(desk("领导").get(f"/desk/instructions/{instruction.pk}/"))
    assert not OriginalLook.objects.exists()


def test_oversight_reads_the_words_once_with_a_purpose_and_the_look_is_logged(town, desk, instruction):
    browser, url = desk("督办员"), f"/desk/instructions/{instruction.pk}/"
    assert WORDS not in told(browser.get(url)) and TASK in told(browser.get(url))
    refused = browser.post(url, {"purpose": "看"})
    assert refused.status_code == 422 and WORDS not in told(refused) and not OriginalLook.objects.exists()
    assert WORDS in told(browser.post(url, {"purpose": "督促落实"}))
    look = OriginalLook.objects.get()
    assert (look.what, look.user, look.purpose) == ("instruction", town.people["督办员"], "督促落实")
    assert WORDS not in told(browser.get(url))
    page = told(desk("审计管理员").get("/desk/looks/?what=instruction"))
    assert "领导批示原文" in page and "督促落实" in page and WORDS not in page


@pytest.mark.parametrize("who", ["承办人", "负责人", "召集人", "雨花承办人", "雨花领导", "岳麓副区长", "审核员"])
def test_nobody_else_opens_an_instruction(desk, instruction, other_leader, who):
    url = f"/desk/instructions/{instruction.pk}/"
    assert desk(who).get(url).status_code == 404
    assert desk(who).post(url, {"purpose": "看一看内容"}).status_code == 404
    assert not OriginalLook.objects.exists()


def test_words_stand_on_no_other_page(desk, instruction):
    pages = ["/desk/instructions/", "/desk/leader/", "/desk/tasks/", f"/desk/cases/{instruction.case.number}/"]
    for who in ("领导", "督办员", "承办人"):
        for url in pages:
            answer = desk(who).get(url)
            assert answer.status_code in {200, 403} and WORDS not in told(answer), (who, url)


# -- tasks -----------------------------------------------------------------------------------------


def test_unit_sees_its_task_and_reports_back_and_the_leader_reads_it(town, desk, instruction):
    task, browser = instruction.tasks.get(), desk("承办人")
    assert TASK in told(browser.get("/desk/tasks/"))
    refused = browser.post(f"/desk/tasks/{task.pk}/", {"feedback": " "})
    assert refused.status_code == 422 and "请填写落实情况" in told(refused)
    browser.post(f"/desk/tasks/{task.pk}/", {"feedback": "11月18日已换新泵，六楼有水。"})
    task.refresh_from_db()
    assert (task.done_by, task.done_at) == (town.people["承办人"], MORNING)
    assert "已换新泵" in told(browser.get("/desk/tasks/?show=done"))
    assert "已换新泵" in told(desk("领导").get("/desk/leader/"))
    again = browser.post(f"/desk/tasks/{task.pk}/", {"feedback": "再说一遍。"})
    assert again.status_code == 422 and "已经反馈过了" in told(again)


def test_other_units_neither_see_nor_answer_the_task(desk, instruction):
    task = instruction.tasks.get()
    for who in ("雨花承办人", "供水承办人"):
        assert TASK not in told(desk(who).get("/desk/tasks/"))
        assert desk(who).post(f"/desk/tasks/{task.pk}/", {"feedback": "办好了"}).status_code == 404
    assert desk("督办员").get("/desk/tasks/").status_code == 403


def test_task_alone_opens_no_case(town, desk):
    case = town.handling(unit="供水公司")
    task = instructing.Task(town.units["住建局"], TASK, MORNING + DAY)
    instructing.instruct(case, town.act("领导"), text=WORDS, tasks=[task])
    page = told(desk("承办人").get("/desk/tasks/"))
    assert TASK in page and case.number not in page and case.title not in page


def test_unit_accused_after_it_got_a_task_sees_nothing_more_of_it(town, desk, instruction):
    instruction.case.accused_units.set([town.units["住建局"]])
    assert TASK not in told(desk("承办人").get("/desk/tasks/"))
    task = instruction.tasks.get()
    assert desk("承办人").post(f"/desk/tasks/{task.pk}/", {"feedback": "办好了"}).status_code == 404


# -- the morning page ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "allowed"),
    [("/desk/leader/", {"领导", "召集人", "督办员"}), ("/desk/instructions/", {"领导", "督办员", "交办员"})],
)
def test_pages_open_for_their_roles_alone(town, desk, url, allowed):
    opens = {who for who in [s[0] for s in STAFF] + ["陌生人"] if desk(who).get(url).status_code == 200}
    assert opens == allowed


def test_morning_counts_what_is_red_and_black_by_unit(town, desk, clock):
    case = town.handling(kind="complaint")
    now = case.answer_due_at + DAY * 12
    town.handling(at=now - HOUR)
    town.handling(region="雨花区", unit="雨花住建局")
    watching.sweep(at=now)
    clock(now)
    morning = desk("领导").get("/desk/leader/").context["morning"]
    assert [(row["name"], row["black"], row["red"]) for row in morning.late] == [("岳麓区住房和城乡建设局", 1, 0)]
    assert (morning.black, morning.red) == (1, 0)


def test_morning_shows_risks_promises_and_what_most_have_met(town, desk):
    friday = (MORNING + DAY * 2).date()
    promised = town.published(town.handling(), promise="11月20日前换好第二台水泵", promise_due_on=friday)
    town.published(town.handling(), promise="下月再查一次", promise_due_on=(MORNING + DAY * 20).date())
    controlling.raise_risk(town.handling(), town.act("督办员"), kind="life", why="墙体开裂")
    Case.objects.filter(pk=promised.pk).update(supporters_count=7)
    page = told(desk("领导").get("/desk/leader/"))
    assert "11月20日前换好第二台水泵" in page and "下月再查一次" not in page
    assert "墙体开裂" in page and "7人" in page


def test_morning_says_what_got_better_and_what_got_worse_with_both_figures(town, desk, clock):
    # Suggestions have ten working days, so that only first words turn red: two in the week before, one in the last.
    for days in (0, 1, 8):
        town.handling(at=MORNING + DAY * days, kind="suggest")
    now = MORNING + DAY * 12
    watching.sweep(at=now)
    clock(now)
    morning = desk("领导").get("/desk/leader/").context["morning"]
    changes = {c.label: (c.before, c.now, c.verdict) for c in morning.changes}
    assert changes["收到留言"] == (2, 1, "") and changes["新变红（超时）"] == (2, 1, "better")
    assert [(u.name, u.before, u.now) for u in morning.improved] == [("岳麓区住房和城乡建设局", 2, 1)]
    assert morning.worsened == []


def test_reports_are_on_no_leaders_page(town, desk, clock):
    case = town.submit(kind="report", title="举报某局领导收钱办事")
    reviewing.take(case, town.act("审核员"))
    case = reviewing.approve(fresh(case), town.act("审核员"), title=case.title, body=case.body, urgency="critical")
    assigning.assign(case, town.units["供水公司"], town.act("交办员"))
    now = MORNING + DAY * 30
    watching.sweep(at=now)
    clock(now)
    answer = desk("领导").get("/desk/leader/")
    assert "收钱办事" not in told(answer) and answer.context["morning"].late == []
    assert answer.context["morning"].risk_count == 0


def test_pages_cost_the_same_for_two_as_for_ten(town, desk, statements):
    def more(rows):
        for _ in range(rows):
            case = town.handling()
            task = instructing.Task(town.units["住建局"], TASK, MORNING + DAY)
            instructing.instruct(case, town.act("领导"), text=WORDS, tasks=[task])
            controlling.raise_risk(case, town.act("督办员"), kind="crowd", why="约好周六去")
        watching.sweep(at=MORNING + DAY * 2)
        pages = [("领导", "/desk/leader/"), ("领导", "/desk/instructions/"), ("承办人", "/desk/tasks/")]
        return [statements(desk(who), url) for who, url in pages]

    assert more(2) == more(8)
