"""Every kind of page, narrow and wide, large and in high contrast: WCAG 2.2 AA as far as a machine can see."""

import pytest
from tests.journeys import people

GATE, LIFT, GARAGE = "小区门口的路灯两个月没亮", "电梯三天两头停在半空", "地下车库一下雨就积水"
PORTAL = (
    "/", "/cases/", "/cases/?q=路灯", "/cases/?q=没有这种事", "/submit/", "/track/", "/sign-in/", "/mine/", "/units/",
    "/units/2/", "/regions/", "/regions/430104/", "/help/", "/privacy/", "/about/",
)  # fmt: skip
DESK = {
    "审核员": ["/desk/", "/desk/review/", "/desk/search/", "/desk/password/"],
    "交办员": ["/desk/", "/desk/search/"],
    "承办人": ["/desk/", "/desk/pool/"],
    "质检员": ["/desk/quality/", "/desk/quality/samples/", "/desk/quality/agreement/"],
    "督办员": ["/desk/overdue/", "/desk/looking-back/"],
    "系统管理员": ["/desk/deliveries/"],
    "安全管理员": ["/desk/people/"],
    "审计管理员": ["/desk/looks/", "/desk/ledger/"],
}
WIDTHS = (390, 1440)
LOOKS = {"plain": "", "large": "text=1", "contrast": "contrast=1"}


@pytest.fixture
def looks_right(axe):
    """`looks_right(page)`: no violation and no sideways scrolling, on a phone and on a desk."""

    def look(page):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{page.url} is {wide} px too wide at {width}"
            axe(page)

    return look


@pytest.mark.parametrize("look", LOOKS)
def test_portal_pages_are_fit_for_everybody(new_page, looks_right, shot, look):
    page = new_page()
    page.goto(f"/display/?{LOOKS[look]}&next=/")
    for address in PORTAL if look == "plain" else PORTAL[:6]:
        page.goto(address)
        looks_right(page)
        shot(page, f"portal-{look}{address.split('?')[0].replace('/', '-')}")
    page.goto("/cases/")
    page.get_by_role("link", name=GATE).click()
    looks_right(page)


def test_a_citizens_own_pages_are_fit_for_everybody(new_page, looks_right, shot):
    page = people.sign_in_citizen(new_page(), people.XIAOMAN)
    looks_right(page)
    page.get_by_role("link", name=GATE).first.click()
    looks_right(page)
    shot(page, "own-case")
    page.goto("/submit/")
    looks_right(page)


@pytest.mark.parametrize("who", DESK)
def test_desk_pages_are_fit_for_everybody(new_page, looks_right, shot, who):
    page = people.sign_in(new_page(), who)
    for address in DESK[who]:
        page.goto(address)
        looks_right(page)
        shot(page, f"desk-{who}{address.replace('/', '-')}")


@pytest.mark.parametrize("look", LOOKS)
def test_the_desks_where_people_write_are_fit_for_everybody(new_page, looks_right, shot, look):
    for who, go, title in (("承办人", "/desk/", LIFT), ("质检员", "/desk/quality/", GARAGE)):
        page = people.sign_in(new_page(), who)
        page.goto(f"/display/?{LOOKS[look]}&next={go}")
        page.get_by_role("link", name=title, exact=True).first.click()
        page.wait_for_load_state()
        looks_right(page)
        shot(page, f"desk-{who}-case-{look}")
