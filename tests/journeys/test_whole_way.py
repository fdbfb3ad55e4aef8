"""A message walks the whole way, twice, in the hands of everybody it needs; strangers see nothing of it."""

import pytest
from playwright.sync_api import expect
from tests.journeys import people

TITLE, WORD = "自来水有一股铁锈味", "铁锈味"
BODY = "我们楼里的自来水连着三天有铁锈味，烧开也不敢喝，请打13700001234联系我，尽快查查水箱。"
ANSWER = "11月已清洗水箱并更换锈蚀的进水管，水质送检合格，检测报告贴在一楼公告栏，今后每季度清洗一次。"
SECOND = (
    "今天上午我局再次上门查了水箱和六楼：水箱清洗后水质检测合格，铁锈味来自六楼支管锈蚀，当天已把支管全部换成不锈钢管，"
    "逐户放水验看，水清无味。连着几天不敢喝水，给您家添麻烦了。"
)
UNIT = "岳麓区住房和城乡建设局"


@pytest.fixture
def staff(new_page):
    """`staff("承办人")`: the page of that person, signed in at first use."""
    pages = {}

    def page_of(name):
        if name not in pages:
            pages[name] = people.sign_in(new_page(), name)
        return pages[name]

    return page_of


@pytest.fixture
def strangers(new_page):
    """Those whom a private message is none of: a clerk next door, one of the next district, a citizen, a passer-by."""
    return {
        "供水承办人": people.sign_in(new_page(), "供水承办人"),
        "雨花承办人": people.sign_in(new_page(), "雨花承办人"),
        "大雪": people.sign_in_citizen(new_page(width=390), people.DAXUE),
        "路人": new_page(width=390),
    }


def assert_nobody_sees(strangers, number, stage):
    """The pages of the message answer 404 or the sign-in page, and no list, search, feed or export knows its words."""
    own = [f"/cases/{number}/", f"/mine/{number}/", f"/support/{number}/", f"/desk/cases/{number}/"]
    lists = [
        "/", f"/cases/?q={WORD}", f"/cases/?q={number}", "/feeds/answers.atom", "/mine/", "/desk/", "/desk/pool/",
        f"/desk/search/?q={WORD}", "/desk/search/export.csv", "/units/1/", "/regions/430104/",
    ]  # fmt: skip
    for who, page in strangers.items():
        for address in own + lists:
            answer = page.request.get(address)
            is_hidden = answer.status == 404 or "/desk/sign-in/" in answer.url
            assert is_hidden or address in lists, f"{stage}: {who} gets {answer.status} at {address}"
            text = answer.text()
            found = [s for s in (TITLE, "连着三天", "13700001234", "水箱", "不锈钢管") if s in text]
            assert not found, f"{stage}: {who} reads {found} at {address}"


def test_private_message_walks_the_whole_way_twice_and_strangers_see_nothing(
    new_page, staff, strangers, shot, live_site
):
    citizen = new_page(width=390)
    number = people.leave_by_phone(citizen, people.XIAOMAN, TITLE, BODY, visibility="都不公开：")
    shot(citizen, "receipt")
    rounds = [
        ("submitted", lambda: None),
        ("approved", lambda: people.approve(staff("审核员"), TITLE)),
        ("assigned", lambda: people.assign(staff("交办员"), TITLE, UNIT)),
        ("accepted", lambda: people.accept(staff("承办人"), TITLE)),
        ("written", lambda: people.answer(staff("承办人"), TITLE, ANSWER)),
        ("reviewed", lambda: people.pass_review(staff("审核人"), TITLE)),
        ("published", lambda: people.publish(staff("质检员"), TITLE)),
        ("rated", lambda: people.rate(citizen, number, outcome="没有解决", stars=2, reason="first")),
        ("reopened", lambda: people.reopen(citizen, number, "六楼放出来的水还是黄的，和答复说的不一样。")),
        ("accepted again", lambda: people.accept(staff("承办人"), TITLE)),
        ("answered again", lambda: people.answer(staff("承办人"), TITLE, SECOND)),
        ("reviewed again", lambda: people.pass_review(staff("审核人"), TITLE)),
        ("published again", lambda: people.publish(staff("质检员"), TITLE)),
        ("closed", lambda: people.rate(citizen, number, outcome="解决了", stars=5)),
    ]
    for stage, step in rounds:
        step()
        assert_nobody_sees(strangers, number, stage)
    expect(citizen.get_by_text("已办结").first).to_be_visible()
    expect(citizen.get_by_text("第2次").or_(citizen.get_by_text("已解决")).first).to_be_visible()
    shot(citizen, "closed")
    live_site.run("verify_ledger")


def test_anonymous_message_is_claimed_answered_and_rated_with_the_receipt_alone(new_page, staff, shot):
    citizen, elsewhere = new_page(width=390), new_page(width=390)
    title = "人行道的地砖松了一片"
    number, code = people.leave_anonymously(citizen, title, "岳麓大道南侧人行道的地砖松了，下雨一踩一身泥，请修一修。")
    people.approve(staff("审核员"), title)
    expect(elsewhere.get_by_text("待交办").first).not_to_be_visible()
    elsewhere.goto(f"/cases/{number}/")
    expect(elsewhere.get_by_role("heading", name=title)).to_be_visible()
    people.claim(staff("承办人"), title)
    shot(staff("承办人"), "claimed")
    people.answer(
        staff("承办人"), title, "已派人到现场，松动的地砖全部重铺并灌浆，共换砖四十二块，当天恢复通行，请您监督。"
    )
    people.pass_review(staff("审核人"), title)
    people.publish(staff("质检员"), title)
    elsewhere.reload()
    expect(elsewhere.get_by_text("共换砖四十二块")).to_be_visible()
    people.track(elsewhere, number, code.lower())
    people.rate(elsewhere, number, outcome="解决了", stars=4)
    people.follow(citizen, number)
    expect(citizen.get_by_text("已办结").first).to_be_visible()
