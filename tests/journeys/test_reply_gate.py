"""A reply that a fair supervisor would send back is held; it goes out mended, or because two people said so."""

import re

import pytest
from playwright.sync_api import expect
from tests.journeys import people

UNIT = "岳麓区住房和城乡建设局"
BODY = "我们楼道的灯坏了两个月，晚上上下楼看不清路，报修了三次没有人来。请问什么时候能修好？"
EMPTY = "您好，您反映的问题已转有关部门处理，请耐心等待。感谢您的理解与支持。"
PROMISE = "我局将于12月30日前公布验收结果"
MENDED = (
    "您好，晚上上下楼看不清路，报修三次没人来，是我们没有管好。昨天下午我局物业科到楼里查看，查明是三层配电箱进水跳闸，"
    f"由物业公司负责维修，当晚7点11盏灯全部亮了。{PROMISE}。今后由物业公司每月5日检查一次，我局每季度抽查。"
)


@pytest.fixture
def staff(new_page):
    """`staff("承办人")`: the page of that person, signed in at first use."""
    pages = {}

    def page_of(name):
        if name not in pages:
            pages[name] = people.sign_in(new_page(), name)
        return pages[name]

    return page_of


def written(new_page, staff, title, text):
    """A message on its way to a first reply that its handler has sent to review; gives its number."""
    number, _ = people.leave_anonymously(new_page(width=390), title, BODY)
    people.approve(staff("审核员"), title)
    people.assign(staff("交办员"), title, UNIT)
    people.accept(staff("承办人"), title)
    people.answer(staff("承办人"), title, text)
    people.pass_review(staff("审核人"), title)
    return number


def try_to_publish(page, title):
    """The inspector ticks every point and presses the button."""
    page.goto("/desk/quality/")
    page.get_by_role("link", name=title, exact=True).click()
    for point in page.locator("input[name=checks]").all():
        point.check()
    page.get_by_role("button", name="发布，看下一件").click()


def test_held_reply_goes_back_is_mended_while_the_gate_looks_on_and_is_published(new_page, staff, shot, complaints):
    complaints.expect("422")
    title = "楼道的灯坏了两个月没人修"
    number = written(new_page, staff, title, EMPTY)
    inspector, writer = staff("质检员"), staff("承办人")
    try_to_publish(inspector, title)
    expect(inspector.get_by_text("不能发布").first).to_be_visible()
    expect(inspector.locator(".gate-fault", has_text="文牍迟缓")).to_contain_text("已转有关部门处理")
    shot(inspector, "held")
    inspector.get_by_label("退回意见").fill("请写明谁修、修好没有。")
    inspector.get_by_role("button", name="退回修改，看下一件").click()
    people.open_case(writer, title)
    expect(writer.locator(".gate-verdict")).to_contain_text("处必须改")
    writer.get_by_role("textbox", name="正文", exact=True).fill(MENDED)
    expect(writer.locator(".gate-verdict")).not_to_contain_text("处必须改")
    expect(writer.locator(".gate-promises")).to_contain_text(PROMISE)
    expect(writer.locator(".gate-promises input[type=date]").first).to_have_value(re.compile(r"-12-30$"))
    shot(writer, "mended")
    writer.get_by_role("button", name="保存并送审").click()
    expect(writer.get_by_text("已送单位审核。")).to_be_visible()
    people.pass_review(staff("审核人"), title)
    people.publish(inspector, title)
    public = new_page(width=390)
    public.goto(f"/cases/{number}/")
    expect(public.get_by_role("heading", name="承诺和兑现")).to_be_visible()
    expect(public.locator(".promise-list")).to_contain_text(PROMISE)
    shot(public, "promised")


def test_held_reply_goes_out_as_it_stands_when_a_second_person_says_so(new_page, staff, shot, live_site):
    title = "单元门禁坏了谁都能进"
    number = written(new_page, staff, title, EMPTY)
    writer, head = staff("承办人"), staff("负责人")
    people.open_case_by_search(writer, title)
    writer.get_by_text("确有理由照原样发布？申请放行").click()
    writer.get_by_label("为什么照原样发布").fill("今天先告知已经转办，结果明天另发")
    writer.get_by_role("button", name="申请放行").click()
    expect(writer.get_by_text("已申请放行，等另一位有权限的同事批准。")).to_be_visible()
    expect(writer.get_by_role("button", name="批准放行")).to_have_count(0)
    head.goto("/desk/overrides/")
    expect(head.get_by_text("您可以决定")).to_be_visible()
    shot(head, "overrides")
    head.get_by_role("link", name=title, exact=True).click()
    head.get_by_role("button", name="批准放行").click()
    head.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(head.get_by_text("已批准放行。")).to_be_visible()
    people.publish(staff("质检员"), title)
    public = new_page(width=390)
    public.goto(f"/cases/{number}/")
    expect(public.get_by_text("已转有关部门处理").first).to_be_visible()
    live_site.run("verify_ledger")
