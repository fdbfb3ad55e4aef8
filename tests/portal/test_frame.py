"""A stranger's page in the kept frame is, letter for letter, the page as the template alone would give it."""

import re

import pytest

from huixiang.portal.kept import shelf
from huixiang.portal.views import pages


@pytest.fixture
def unframed(monkeypatch):
    def ask(client, url):
        shelf.clear()
        with monkeypatch.context() as patch:
            for view in ("home", "browsing", "reading", "around"):
                patch.setattr(f"huixiang.portal.views.{view}.show_framed", pages.show)
            return client.get(url).content.decode()

    return ask


def squeezed(html):
    return re.sub(r"\s+", "", html)


@pytest.mark.parametrize("cookies", [{}, {"hx_text": "1"}])
def test_framed_pages_equal_the_template(client, town, unframed, cookies):
    case = town.closed()
    client.cookies.load(cookies)
    for url in ("/", "/cases/?q=HOLEOFMAIN&page=1", f"/cases/{case.number}/", f"/units/{case.lead_unit_id}/"):
        for _ in range(2):
            shelf.clear()
            assert squeezed(client.get(url).content.decode()) == squeezed(unframed(client, url))


def test_the_frame_leads_back_to_the_page_it_stands_around(client, town):
    first, second = town.closed(), town.closed()
    for case in (first, second):
        page = client.get(f"/cases/{case.number}/?from=list").content.decode()
        assert f"next=%2Fcases%2F{case.number}%2F%3Ffrom%3Dlist" in page
        assert f"<title>{case.title} · 回响</title>" in page
