"""An extension can be chosen as long as it can be asked for; afterwards the form says why not."""

from datetime import timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases.actions import replying
from huixiang.cases.models import Reply
from huixiang.cases.refusals import Refused

DAY = timedelta(days=1)


@pytest.fixture
def clock(monkeypatch):
    now = [MORNING]
    monkeypatch.setattr("huixiang.units.middleware.timezone.now", lambda: now[0])
    return lambda moment: now.__setitem__(0, moment)


def kinds(page):
    return [code for code, _ in page.context["draft_form"].fields["kind"].choices]


def test_extension_is_offered_up_to_its_last_day(desk, town, clock):
    case = town.handling(kind="complaint")
    clock(case.answer_due_at - DAY)
    assert "extension" in kinds(desk("承办人").page(case))


def test_extension_is_not_offered_after_its_last_day_and_the_form_names_the_rule(desk, town, clock):
    case = town.handling(kind="complaint")
    # Due on Friday the 27th, so Thursday the 26th was the last day on which it could be asked for.
    clock(case.answer_due_at - timedelta(hours=2))
    page = desk("承办人").page(case)
    assert "extension" not in kinds(page) and "final" in kinds(page)
    assert "现在不能写延期说明：延期须在答复期限届满1个工作日前提出，最晚是11月26日。" in page.content.decode()


def test_second_extension_is_not_offered_and_the_form_says_that_there_was_one(desk, town, clock):
    case = town.handling(kind="complaint")
    to = (case.answer_due_at + 3 * DAY).date()
    case = town.published(case, kind="extension", extended_to=to, public_reason="需要等待第三方检测报告")
    page = desk("承办人").page(case)
    assert "extension" not in kinds(page) and "已经延期过一次" in page.content.decode()


def test_extension_chosen_too_late_is_refused_before_a_word_is_written(desk, town, clock):
    case = town.handling(kind="complaint")
    clock(case.answer_due_at)
    assert desk("承办人").act(case, "replies", kind="extension").status_code == 422
    with pytest.raises(Refused, match="最晚是"):
        replying.draft(fresh(case), town.units["住建局"], "extension", town.act("承办人", case.answer_due_at))
    assert not Reply.objects.exists()


def test_form_that_offers_an_extension_gives_no_reason_against_it(desk, town, clock):
    page = desk("承办人").page(town.handling(kind="complaint"))
    assert "extension" in kinds(page) and "现在不能写延期说明" not in page.content.decode()
