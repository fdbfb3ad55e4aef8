"""What the people of the journeys do, click by click."""

import re

from playwright.sync_api import expect
from tests.cast import PASSWORD

XIAOMAN, DAXUE = "13812345678", "13987654321"


def sign_in(page, name):
    """A member of staff signs in and stands before the inbox."""
    page.goto("/desk/")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的待办")).to_be_visible()
    return page


def sign_in_citizen(page, phone):
    """A citizen signs in with the code that the demo shows."""
    page.goto("/sign-in/")
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="发送验证码").click()
    type_code(page)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="我的留言", level=1)).to_be_visible()
    return page


def type_code(page):
    page.get_by_label("短信验证码").fill(page.locator(".demo-code strong").inner_text())


def fill_message(page, title, body, *, visibility="公开："):
    """A citizen fills in the form up to how they want to be told."""
    page.goto("/submit/")
    page.get_by_role("radio", name="百姓呼声").check()
    page.get_by_role("radio", name="投诉", exact=True).check()
    page.get_by_label("事情发生在哪里").select_option(label="岳麓区")
    page.get_by_label("标题").fill(title)
    page.get_by_role("textbox", name="内容").fill(body)
    page.get_by_role("radio", name=re.compile(f"^{visibility}")).check()


def leave_anonymously(page, title, body):
    """A message without a phone; gives its number and query code from the receipt."""
    fill_message(page, title, body)
    page.get_by_role("radio", name="不留手机").check()
    page.get_by_role("button", name="提交留言").click()
    expect(page.get_by_role("heading", name="留言已收到")).to_be_visible()
    return page.locator(".receipt-number").inner_text(), page.locator(".code-slip-code").inner_text()


def leave_by_phone(page, phone, title, body, *, visibility):
    """A message confirmed by the code of the demo; gives its number."""
    fill_message(page, title, body, visibility=visibility)
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="提交留言").click()
    type_code(page)
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_role("heading", name="留言已收到")).to_be_visible()
    return page.locator(".receipt-number").inner_text()


def track(page, number, code):
    """Whoever has the receipt opens their message."""
    page.goto("/track/")
    page.get_by_label("留言编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查看").click()
    expect(page.locator("main")).to_contain_text(number)


def follow(page, number):
    """A signed-in citizen opens an own message."""
    page.goto(f"/mine/{number}/")
    expect(page.locator("main")).to_contain_text(number)


def approve(page, title):
    """The reviewer takes a message, masks with one click and lets it go on."""
    page.goto("/desk/review/")
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("button", name="领取审核").click()
    page.get_by_role("button", name="一键隐去").click()
    page.get_by_role("button", name="通过，送交办").click()
    expect(page.get_by_text("审核通过，已送交办。")).to_be_visible()


def open_case(page, title):
    """Opens a case from the inbox, as its row's link does."""
    page.goto("/desk/")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def assign(page, title, unit):
    """The coordinator gives a case to a unit."""
    open_case(page, title)
    page.locator("#do-assign select[name=unit]").select_option(label=unit)
    page.get_by_role("button", name="交办", exact=True).click()
    expect(page.get_by_text("已交办。")).to_be_visible()


def accept(page, title):
    """The unit signs for a case."""
    open_case(page, title)
    page.get_by_role("button", name="签收受理").click()
    expect(page.get_by_text("已签收受理。")).to_be_visible()


def claim(page, title):
    """The unit takes a case from the pool."""
    page.goto("/desk/pool/")
    page.get_by_role("button", name=f"认领：{title}").click()
    expect(page.get_by_text("认领成功")).to_be_visible()


def start_reply(page, kind="正式答复"):
    """On the case page: begins a reply of a kind."""
    page.locator("#replies details summary", has_text="写回复").evaluate("s => s.parentElement.open = true")
    page.get_by_role("radio", name=kind).check()
    page.get_by_role("button", name="开始写").click()
    expect(page.get_by_role("textbox", name="正文")).to_be_visible()


LESSONS = {
    "cause": "设备老化，管理单位没有按期检查，有现场照片。",
    "responsible_person": "管理单位当班负责人，已约谈。",
    "remedy": "已按答复办完，承办科室到场验收。",
    "lesson": "列入每季度检查，同类问题一并排查。",
}


def answer(page, title, text):
    """The handler writes the final answer, with the four lessons of a complaint, and sends it to review."""
    open_case(page, title)
    start_reply(page)
    write_final(page, text)


def write_final(page, text):
    """In the editor: the text, what came of it, the four lessons; on to review."""
    page.get_by_role("textbox", name="正文", exact=True).fill(text)
    page.get_by_label("办理结果").select_option(label="已解决")
    for name, words in LESSONS.items():
        page.locator(f"textarea[name=lesson_{name}]").fill(words)
    page.get_by_role("button", name="保存并送审").click()
    expect(page.get_by_text("已送单位审核。")).to_be_visible()


def pass_review(page, title):
    """Another person of the unit lets the reply go on."""
    open_case(page, title)
    page.get_by_role("button", name="审核通过，送质检").click()
    expect(page.get_by_text("审核通过，已送质检。")).to_be_visible()


def publish(page, title):
    """The quality desk checks every point and lets the reply out."""
    page.goto("/desk/quality/")
    page.get_by_role("link", name=title, exact=True).click()
    for point in page.locator("input[name=checks]").all():
        point.check()
    page.get_by_role("button", name="发布，看下一件").click()
    expect(page.get_by_text("已发布。")).to_be_visible()


def rate(page, number, *, outcome, stars, reason=""):
    """The citizen says what came of it, with the same stars for everything."""
    follow(page, number)
    page.get_by_role("radio", name=outcome, exact=True).check()
    for row in page.locator(".star-row").all():
        # The stars are drawn over their radio buttons, as a finger meets them.
        row.locator("label", has_text=f"{stars}星").click()
    if reason:
        page.locator("#rating select").select_option(index=1)
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("谢谢您的评价，这件留言已办结。")).to_be_visible()


def reopen(page, number, reason):
    """The citizen asks for it to be done again."""
    follow(page, number)
    page.get_by_text("没办好？要求重新办理").click()
    page.get_by_label("还有哪里没办好").fill(reason)
    page.get_by_role("button", name="要求重新办理").click()
    expect(page.get_by_text("已退回承办单位重新办理。")).to_be_visible()


def open_case_by_search(page, title):
    """Opens a case from the list of all cases."""
    page.goto("/desk/search/")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
