"""What everybody reads: home, list, case page – and what nobody may read."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import MORNING, TITLE, fresh
from tests.portal.conftest import index, text_of

from huixiang.cases import files
from huixiang.cases.actions import merging, redacting, replying, supplementing, withdrawing
from huixiang.cases.actions.publishing import publish
from huixiang.cases.actions.supporting import support
from huixiang.cases.models import Case
from huixiang.followup.actions.reopening import reopen
from huixiang.moderation.actions import reviewing
from huixiang.portal.kept import shelf

SECRET = "这是绝不能让外人看见的一句话"
PLACES = [
    "/", "/cases/", "/cases/?sort=answered", "/cases/?sort=supporters", "/cases/?kind=help", "/cases/?region=430104",
    "/regions/430104/", "/feeds/answers.rss", "/feeds/answers.atom", "/feeds/answers.rss?region=4301",
]  # fmt: skip


def shown_everywhere(client, *extra):
    return "\n".join(client.get(url).content.decode() for url in [*PLACES, *extra])


def test_home_shows_newest_answer_with_excerpt_and_live_figures(client, town):
    town.answered()
    town.approved(title="路灯坏了一个多月没人修", body="从地铁口到小区后门路灯都不亮。")

    page = text_of(client.get("/"))

    assert "二次加压泵的电机烧坏" in page
    assert "路灯坏了一个多月没人修" in page
    assert "公开留言 2 件" in page and "已经答复 1 件" in page


def test_empty_site_says_so_and_offers_to_write(client, town):
    assert "还没有公开的答复" in text_of(client.get("/"))
    assert "还没有公开的留言" in text_of(client.get("/cases/"))


def test_private_case_is_nowhere(client, town):
    case = town.answered(title=SECRET[:14], body=SECRET, visibility="private")
    index(case)
    near = town.approved(title=SECRET[:12] + "吗")

    pages = shown_everywhere(
        client, f"/cases/?q={SECRET[:6]}", f"/cases/{near.number}/", f"/units/{case.lead_unit_id}/"
    )

    assert case.number not in pages and SECRET not in pages
    assert client.get(f"/cases/{case.number}/").status_code == 404
    assert client.get(f"/support/{case.number}/").status_code == 404


def test_reply_only_case_shows_its_replies_and_never_its_words(client, town):
    case = town.answered(title=SECRET[:14], body=SECRET, visibility="reply_only", business_name="某某店")
    added = supplementing.supplement(fresh(case), SECRET, town.act("小满"))
    supplementing.show(added, town.act("审核员"), body=SECRET)
    index(fresh(case))
    near = town.approved(title=SECRET[:12] + "吗")
    own_page = client.get(f"/cases/{case.number}/").content.decode()

    pages = (
        shown_everywhere(client, f"/cases/?q={SECRET[:6]}", f"/cases/{near.number}/", f"/units/{case.lead_unit_id}/")
        + own_page
    )

    assert case.number in pages and "二次加压泵的电机烧坏" in own_page
    assert SECRET not in pages and SECRET[:14] not in pages and "某某店" not in pages
    assert case.number not in client.get("/cases/?q=二次加压泵").content.decode()
    assert case.number not in client.get("/cases/?kind=help").content.decode()
    assert client.get(f"/support/{case.number}/").status_code == 404


def test_report_is_never_listed(client, town):
    case = town.answered(kind="report", title=SECRET[:14], body=SECRET)
    assert case.number not in shown_everywhere(client, "/cases/?kind=report")


def test_address_of_a_merged_case_leads_to_the_one_it_was_joined_with(client, town):
    parent, child, hidden = town.approved(), town.approved(), town.approved()
    redacting.change_visibility(hidden, "private", town.act("审核员"))
    for case in (child, hidden):
        merging.merge(fresh(case), fresh(parent), town.act("交办员"))
    assert client.get(f"/cases/{child.number}/").url == f"/cases/{parent.number}/"
    assert client.get(f"/cases/{hidden.number}/").status_code == 404, "what was private is not found by its parent"
    redacting.change_visibility(fresh(parent), "private", town.act("审核员"))
    assert client.get(f"/cases/{child.number}/").status_code == 404


def test_merged_case_leaves_the_public_pages(client, town):
    parent, child = town.approved(), town.approved(title="同一件事又说一遍试试看")
    merging.merge(child, parent, town.act("交办员"))
    assert child.number not in shown_everywhere(client)
    assert client.get(f"/cases/{parent.number}/").status_code == 200


def test_unpublished_reply_stays_inside(client, town):
    case = town.handling()
    town.drafted(case, body="草稿里写的这一句还没有人审核过，不能露面。")
    assert "草稿里写的这一句" not in client.get(f"/cases/{case.number}/").content.decode()


def test_case_page_tells_the_whole_story(client, town):
    case = town.handling(region="望月湖街道", supporting=["供水公司"])
    case = town.published(case, kind="initial", body="已经派人到现场查看，今天晚上先用临时泵供水。")
    case = town.published(
        fresh(case), claimed_resolution="refused", public_reason="《物业管理条例》第五十二条",
        promise="全区同型号水泵查一遍", promise_due_on=(MORNING + timedelta(days=9)).date(),
    )  # fmt: skip
    correction = replying.draft(
        fresh(case), town.units["住建局"], "correction", town.act("承办人"),
        body="上次答复中的日期写错了，应为11月21日更换新泵。",
        corrects=case.replies.get(kind="final"),
    )  # fmt: skip
    reviewed = replying.pass_review(replying.send_to_review(correction, town.act("承办人")), town.act("审核人"))
    publish(reviewed, town.act("质检员"))

    page = text_of(client.get(f"/cases/{case.number}/"))

    for words in [
        TITLE, "岳麓区望月湖街道", "下次答复 11月21日（周六）前", "《物业管理条例》第五十二条",
        "承诺 全区同型号水泵查一遍",
        "11月27日（周五）前", "这份答复后来有更正", "更正 11月18日（周三）09:00 的回复", "协办：岳麓清泉供水有限公司",
        "是我写的：查进度", "我也遇到",
    ]:  # fmt: skip
        assert words in page, words


def test_reasons_given_by_citizens_stay_off_the_public_timeline(client, town):
    case = town.closed()
    reopen(case, town.act("小满", MORNING + timedelta(days=2)), reason="我家住在三栋二单元，水还是没有来，请再查")
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "重新办理" in page and "三栋二单元" not in page


def test_search_finds_words_of_replies_and_marks_them(client, town):
    case = town.answered()
    town.approved(title="学校门口斑马线磨没了", body="早上过马路很危险，希望重新划线。")
    index(case)

    page = client.get("/cases/?q=加压泵").content.decode()

    assert case.number in page and "<mark>加压泵</mark>" in page and "斑马线" not in page


@pytest.mark.parametrize("query", ["'\"", "OR AND NOT", "*", "%00", "a" * 500, "（）", "NEAR(水 压)", "\u202e水压"])
def test_odd_queries_give_a_page(client, town, query):
    town.approved()
    assert client.get("/cases/", {"q": query}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-3",
        "page=abc",
        "page=99999999999",
        "region=zz",
        "topic=nix",
        "state=x&time=y&sort=z",
        "column=%27",
    ],
)
def test_odd_filters_give_a_page(client, town, query):
    town.approved()
    assert client.get(f"/cases/?{query}").status_code == 200


def test_filters_narrow_and_their_chips_take_them_off(client, town):
    inside = town.handling(region="望月湖街道")
    outside = town.approved(region="荷塘区", title="荷塘区的路灯一直不亮", kind="complaint")

    page = client.get("/cases/?region=430104&state=handling&kind=help&time=year&column=voice").content.decode()

    # The clock of the cast runs in 2026, wherever the test runs.
    assert outside.number not in page
    assert 'href="/cases/?column=voice&amp;kind=help&amp;state=handling&amp;time=year"' in page
    assert inside.number in client.get("/cases/?region=430104&state=handling&kind=help&column=voice").content.decode()
    assert inside.number in client.get("/cases/?region=430104&township=430104001").content.decode()
    assert "没有符合条件的留言" in text_of(client.get("/cases/?region=4302&state=closed"))


def test_list_pages_without_counting(client, town):
    for n in range(21):
        town.approved(title=f"第{n:02}件留言说的是路灯")
    first, second = (client.get(f"/cases/?page={n}").content.decode() for n in (1, 2))
    assert "下一页" in first and "上一页" not in first
    assert "上一页" in second and "下一页" not in second
    assert first.count('class="case-card"') == 20 and second.count('class="case-card"') == 1


@pytest.mark.parametrize("url", ["/", "/cases/", "/cases/?q=路灯", "/units/", "/regions/430104/", "/feeds/answers.rss"])
def test_queries_do_not_grow_with_rows(client, town, url):
    def measured(rows):
        for n in range(rows):
            index(town.answered(title=f"第{n:02}件留言说的是路灯"))
        shelf.clear()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    few, many = measured(5), measured(25)
    # A search that fills its page with whole words does not ask for chance pairs of characters any more.
    assert many == few - url.count("?q=") and few <= 12


def test_search_shows_whole_words_before_chance_pairs_and_pages_through_both(client, town):
    for n in range(22):
        index(town.answered(title=f"第{n:02}件留言说的是路灯"))
    index(town.approved(title="马路灯笼挂得太低"))
    first, second = (client.get(f"/cases/?q=路灯&page={n}").content.decode() for n in (1, 2))
    assert "挂得太低" not in first and first.count('class="case-card"') == 20
    assert second.count('class="case-card"') == 3 and second.rindex("挂得太低") > second.rindex("说的是")


def test_case_page_takes_eight_queries_at_most(client, town, django_assert_max_num_queries):
    case = town.closed()
    Case.objects.filter(pk=case.pk).update(topic_id="housing.water")
    for n in range(5):
        Case.objects.filter(pk=town.approved(title=f"第{n}件类似的停水").pk).update(topic_id="housing.water")
    added = supplementing.supplement(fresh(case), "昨天又停了一次水", town.act("小满"))
    supplementing.show(added, town.act("审核员"), body="昨天又停了一次水")
    with django_assert_max_num_queries(8):
        page = client.get(f"/cases/{case.number}/").content.decode()
    assert "昨天又停了一次水" in page and "件类似的停水" in page


def test_kept_pages_are_served_from_the_shelf(client, town, monkeypatch):
    case = town.approved()
    for url in ("/", "/cases/", f"/cases/{case.number}/"):
        first = client.get(url)
        monkeypatch.setattr("huixiang.portal.views.pages.render", None)
        again = client.get(url)
        monkeypatch.undo()
        assert again.content == first.content and again["ETag"]
        assert client.get(url, HTTP_IF_NONE_MATCH=again["ETag"]).status_code == 304


def test_kept_pages_are_never_stale(client, town):
    case = town.handling()
    urls = ["/", "/cases/", f"/cases/{case.number}/", "/regions/430104/", f"/units/{case.lead_unit_id}/"]

    def pages():
        return [client.get(url).content.decode() for url in urls]

    before = pages()
    town.published(fresh(case))
    answered = pages()
    assert all("二次加压泵的电机烧坏" in page for page in answered) and not any(
        "二次加压泵的电机烧坏" in p for p in before
    )
    support(fresh(case), town.people["大雪"], town.act("大雪"))
    assert all("1" in page and "也遇到" in page for page in pages())
    withdrawing.withdraw(fresh(case), town.act("小满"))
    assert not any(case.number in page for page in pages())


@pytest.mark.parametrize("visibility", ["private", "reply_only"])
def test_changed_visibility_shows_at_once_on_kept_pages(client, town, visibility):
    case = town.answered(title=SECRET[:14])
    near = town.approved(title=SECRET[:12] + "吗")
    Case.objects.filter(pk__in=[case.pk, near.pk]).update(topic_id="housing.water")
    extra = [f"/cases/{near.number}/", f"/cases/{case.number}/"]
    assert SECRET[:14] in shown_everywhere(client, *extra)
    redacting.change_visibility(fresh(case), visibility, town.act("小满"))
    assert SECRET[:14] not in shown_everywhere(client, *extra)


def test_page_of_another_case_lets_go_of_a_withdrawn_one(client, town):
    gone, stays = town.approved(title="马上要撤回的这一件留言"), town.approved()
    Case.objects.update(topic_id="housing.water")
    url = f"/cases/{stays.number}/"
    assert gone.title in client.get(url).content.decode()
    withdrawing.withdraw(gone, town.act("小满"))
    assert gone.title not in client.get(url).content.decode()


def test_signed_in_visitors_get_their_own_page(client, town):
    client.get("/")
    client.force_login(town.people["小满"], backend="huixiang.accounts.backends.AccountBackend")
    assert "退出" in client.get("/").content.decode()
    client.logout()
    assert "退出" not in client.get("/").content.decode()


def test_only_released_files_are_served_and_cannot_run(client, town, png):
    case = town.approved()
    file = files.take(SimpleUploadedFile("现场.png", png), at=MORNING)
    file.case = case
    file.save()
    url = f"/files/{file.key}/"
    assert client.get(url).status_code == 404
    assert file.key not in client.get(f"/cases/{case.number}/").content.decode()
    redacting.release_file(file, town.act("审核员"), is_public=True)
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("inline") and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox") and "no-store" in answer["Cache-Control"]
    assert file.key in client.get(f"/cases/{case.number}/").content.decode()
    redacting.change_visibility(fresh(case), "reply_only", town.act("小满"))
    assert client.get(url).status_code == 404


def test_rejected_and_waiting_cases_are_not_public(client, town):
    waiting = town.submit()
    rejected = town.submit(title="另一件马上被退的留言")
    reviewing.take(rejected, town.act("审核员"))
    reviewing.decline(fresh(rejected), town.act("审核员"), code="no_substance")
    for case in (waiting, rejected):
        assert client.get(f"/cases/{case.number}/").status_code == 404
        assert case.number not in shown_everywhere(client)
