"""Units, regions, feeds and the pages of words."""

from xml.etree import ElementTree

import pytest
from tests.portal.conftest import text_of

from huixiang.units.models import Unit

ATOM = "{http://www.w3.org/2005/Atom}"


def test_unit_shows_how_it_answers(client, town):
    case = town.answered()
    page = text_of(client.get(f"/units/{case.lead_unit_id}/"))
    assert "岳麓区住房和城乡建设局" in page and "收到公开留言 1 件" in page and "1件的中位数" in page
    assert "二次加压泵的电机烧坏" in page and "城乡建设" in page


def test_unit_without_cases_says_so(client, town):
    page = text_of(client.get(f"/units/{town.units['律师团'].pk}/"))
    assert "近一年还没有答复" in page and "还没有公开的答复" in page


def test_units_are_found_by_name_and_region(client, town):
    assert "岳麓清泉供水有限公司" in text_of(client.get("/units/?q=供水"))
    page = text_of(client.get("/units/?region=430111"))
    assert "雨花区住房和城乡建设局" in page and "岳麓区住房和城乡建设局" not in page
    assert "没有找到这样的单位" in text_of(client.get("/units/?q=火星局"))
    Unit.objects.filter(key="供水公司").update(is_active=False)
    assert client.get("/units/999999/").status_code == 404


def test_region_shows_what_lies_below_it(client, town):
    town.answered(region="望月湖街道")
    page = text_of(client.get("/regions/4301/"))
    assert "收到公开留言 1 件" in page and "岳麓区" in page
    assert "收到公开留言 0 件" in text_of(client.get("/regions/4302/"))
    assert client.get("/regions/990000/").status_code == 404
    assert "岳麓区望月湖街道" in text_of(client.get("/regions/?q=望月湖"))
    assert "没有找到这个地名" in text_of(client.get("/regions/?q=月球"))


def test_feeds_are_valid_and_hold_the_answers(client, town):
    case = town.answered(title="标题里有 <尖括号> & 符号")
    rss = ElementTree.fromstring(client.get("/feeds/answers.rss").content)
    assert rss.tag == "rss" and rss.find("channel/item/title").text == "标题里有 <尖括号> & 符号"
    assert rss.find("channel/item/link").text == f"http://testserver/cases/{case.number}/"
    atom_answer = client.get("/feeds/answers.atom")
    atom = ElementTree.fromstring(atom_answer.content)
    assert atom.tag == f"{ATOM}feed" and "二次加压泵" in atom.find(f"{ATOM}entry/{ATOM}summary").text
    assert "atom+xml" in atom_answer["Content-Type"]


def test_feeds_narrow_to_a_region_or_unit(client, town):
    case = town.answered()
    counts = {
        query: client.get(f"/feeds/answers.rss?{query}").content.count(b"<item>")
        for query in ("region=4301", "region=4302", f"unit={case.lead_unit_id}", f"unit={town.units['供水公司'].pk}")
    }
    assert list(counts.values()) == [1, 0, 1, 0]
    for query in ("region=zz", "unit=x", "unit=99999999"):
        assert client.get(f"/feeds/answers.rss?{query}").status_code == 404


@pytest.mark.parametrize("url", ["/help/", "/privacy/", "/about/", "/track/", "/sign-in/", "/submit/", "/mine/"])
def test_pages_of_words_and_forms_open_for_anybody(client, town, url):
    answer = client.get(url)
    assert (
        answer.status_code == 200
        and "style=" not in answer.content.decode()
        and "onclick" not in answer.content.decode()
    )


def test_help_names_reasons_and_other_doors(client, town):
    page = text_of(client.get("/help/"))
    assert "广告推销" in page and "检举党员干部违纪违法" in page and "12388" in page and "30天内" in page


def test_robots_stay_off_forms_and_personal_pages(client, town):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert {"Disallow: /mine/", "Disallow: /submit/", "Disallow: /files/", "Disallow: /track/"} <= set(lines)
    assert 'name="robots" content="noindex"' in client.get("/track/").content.decode()


def test_pages_for_strangers_set_no_cookie(client, town):
    case = town.answered()
    for url in ("/", "/cases/", f"/cases/{case.number}/", "/units/", "/regions/", "/help/"):
        assert not client.get(url).cookies, url
