"""What goes wrong on an ordinary day: no script, no mouse, no connection, two tabs, two clicks, a printer."""

import re

from playwright.sync_api import expect
from tests.cast import TITLE
from tests.journeys import people

GATE = "小区门口的路灯两个月没亮"
LIFT = "电梯三天两头停在半空"


def test_without_script_a_message_is_left_tracked_and_reviewed(new_page):
    citizen, title = new_page(width=390, java_script_enabled=False), "公交站台的座椅断了"
    number, code = people.leave_anonymously(citizen, title, "望月湖公交站台的座椅断了一根，老人差点摔倒，请换一张。")
    other = new_page(width=390, java_script_enabled=False)
    people.track(other, number, code)
    expect(other.get_by_text("望月湖公交站台的座椅断了一根")).to_be_visible()
    moderator = people.sign_in(new_page(java_script_enabled=False), "另一审核员")
    people.approve(moderator, title)
    other.goto(f"/cases/{number}/")
    expect(other.get_by_role("heading", name=title)).to_be_visible()


def test_with_the_keyboard_alone_a_citizen_skips_the_menu_and_tracks_a_message(new_page):
    citizen = new_page()
    number, code = people.leave_anonymously(
        citizen, "河边栏杆缺了一截", "靳江河边的栏杆缺了一截，孩子在那里玩很危险，请补上。"
    )
    page = new_page()
    page.goto("/track/")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("留言编号")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("河边栏杆缺了一截")


def test_with_the_keyboard_alone_a_clerk_reaches_the_pool_and_sees_where_the_focus_is(new_page):
    page = people.sign_in(new_page(), "供水承办人")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="认领池")).to_be_visible()
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert outline != "none" or shadow != "none"


def test_second_tab_is_told_what_changed_and_keeps_what_was_typed(new_page, complaints):
    complaints.expect(r"answered 409: POST .*/transfer/")
    first = people.sign_in(new_page(), "交办员")
    people.open_case_by_search(first, LIFT)
    second = first.context.new_page()
    second.goto(first.url)
    first.locator("#do-note summary").click()
    first.get_by_label("内部备注").last.fill("物业已到场。")
    first.get_by_role("button", name="记下备注").click()
    expect(first.get_by_text("备注已记下。")).to_be_visible()
    second.locator("#do-transfer summary").click()
    second.locator("#do-transfer select[name=unit]").select_option(label="岳麓区人力资源和社会保障局")
    second.get_by_label("转办理由").fill("配件款项由人社局核定，请接着办。")
    second.get_by_role("button", name="转办", exact=True).click()
    expect(second.get_by_role("alert").first).to_contain_text("刚刚有了新的变化")
    expect(second.get_by_role("alert").first).to_contain_text("内部备注")
    expect(second.get_by_label("转办理由")).to_have_value("配件款项由人社局核定，请接着办。")


def test_two_clicks_on_submit_leave_one_message(new_page):
    citizen, title = people.sign_in_citizen(new_page(), "13600001111"), "菜市场的下水道堵了"
    people.fill_message(citizen, title, "溁湾镇菜市场的下水道堵了三天，污水流到路上，请疏通。")
    citizen.get_by_role("button", name="提交留言").dblclick()
    expect(citizen.get_by_role("heading", name="留言已收到")).to_be_visible()
    citizen.goto("/mine/")
    expect(citizen.get_by_role("link", name=title)).to_have_count(1)


def test_broken_connection_keeps_a_citizens_words_on_the_device_and_the_server_gets_them_later(new_page, complaints):
    complaints.expect(r"failed: POST .*ERR_INTERNET_DISCONNECTED")
    complaints.expect(r"console: htmx:(sendError|afterRequest)")
    citizen = people.sign_in_citizen(new_page(width=390), "13600002222")
    citizen.goto("/submit/")
    note = citizen.locator("#submit-form [data-autosave-note]")
    citizen.get_by_label("标题").fill("学校门口没有斑马线")
    expect(note).to_have_text(re.compile("^已保存"), timeout=15_000)
    citizen.context.set_offline(True)
    citizen.get_by_role("textbox", name="内容").fill("博才小学门口没有斑马线，放学时车很多。")
    expect(note).to_have_text(re.compile("网络断开"), timeout=15_000)
    citizen.context.set_offline(False)
    expect(note).to_have_text(re.compile("^已保存"), timeout=30_000)
    again = people.sign_in_citizen(new_page(width=390), "13600002222")
    again.get_by_role("link", name=re.compile("学校门口没有斑马线|继续写")).first.click()
    expect(again.get_by_role("textbox", name="内容")).to_have_value("博才小学门口没有斑马线，放学时车很多。")


def test_words_of_a_visitor_without_account_are_offered_again_after_the_page_was_lost(new_page):
    visitor = new_page(width=390)
    visitor.goto("/submit/")
    visitor.get_by_label("标题").fill("社区图书室总是锁着门")
    visitor.wait_for_timeout(300)
    visitor.goto("about:blank")
    visitor.goto("/submit/")
    visitor.get_by_role("button", name="恢复").click()
    expect(visitor.get_by_label("标题")).to_have_value("社区图书室总是锁着门")


def test_printed_case_shows_message_and_answer_without_menus_and_forms(new_page):
    page = new_page()
    page.goto("/cases/")
    page.get_by_role("link", name=GATE).click()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name=GATE)).to_be_visible()
    expect(page.get_by_text("是电缆被挖断")).to_be_visible()
    for gone in (".site-nav", ".display-links", ".support-panel", ".site-footer", ".demo-banner", "button"):
        for part in page.locator(gone).all():
            expect(part).to_be_hidden()


def test_signed_out_browser_shows_nothing_of_the_desk_on_going_back(new_page):
    page = people.sign_in(new_page(), "承办人")
    people.open_case(page, LIFT)
    page.locator("details.user-menu summary, [data-menu] summary").last.click()
    page.get_by_role("button", name=re.compile("退出")).click()
    expect(page.get_by_label("密码")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("七栋的电梯这个月停了四次")).to_have_count(0)
    assert TITLE not in page.content()
