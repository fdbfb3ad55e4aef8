"""The bases, the error pages and the style guide hold what both doors rely on."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

import huixiang.ui
from huixiang.ui import context, errors, styleguide, views

TEMPLATES = Path(huixiang.ui.__file__).parent / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
GUIDES = ["ui/styleguide.html", "ui/styleguide_desk.html"]
FAILURES = [(errors.bad_request, 400), (errors.forbidden, 403), (errors.not_found, 404)]


@pytest.fixture
def request_():
    return RequestFactory().get("/cases/?q=停水")


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_template_has_nothing_inline_that_a_strict_policy_forbids(name):
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", source)


@pytest.mark.parametrize("name", GUIDES)
def test_every_id_a_page_refers_to_exists_once(name, request_):
    html = render_to_string(name, styleguide.context(), request_)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    referred = re.findall(r'(?:\sfor|aria-labelledby|data-counter|data-files)="([^"]+)"', html)
    assert set(referred) <= set(ids)
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', html)).split()
    assert set(described) <= set(ids)


def test_an_anonymous_portal_page_asks_for_no_token(request_):
    render_to_string("ui/portal_base.html", {}, request_)
    assert "CSRF_COOKIE" not in request_.META


def test_the_desk_sends_the_token_with_every_fragment(request_):
    html = render_to_string("ui/desk_base.html", {"csrf_token": get_token(request_)}, request_)
    assert "CSRF_COOKIE" in request_.META
    assert re.search(r"""hx-headers='\{"X-CSRFToken": "\w{20,}"\}'""", html)


def test_htmx_may_neither_evaluate_text_nor_keep_pages_on_the_machine():
    html = render_to_string("ui/base.html")
    for rule in (
        '"allowEval":false',
        '"includeIndicatorStyles":false',
        '"historyCacheSize":0',
        '"allowScriptTags":false',
    ):
        assert rule in html


@pytest.mark.parametrize(("handler", "status"), FAILURES)
def test_error_page_says_what_to_do(handler, status, request_):
    response = handler(request_, Exception("secret detail"))
    page = response.content.decode()
    assert response.status_code == status
    assert "回到首页" in page
    assert "secret detail" not in page


def test_our_own_failure_and_an_expired_form_have_pages_too(request_):
    assert errors.server_error(request_).status_code == 500
    expired = errors.csrf_failure(request_, reason="CSRF cookie not set")
    assert expired.status_code == 403
    assert "CSRF cookie" not in expired.content.decode()


def switch(query):
    return views.set_display(RequestFactory().get(f"/display/?{query}"))


def test_large_text_is_remembered_and_leads_back():
    response = switch("text=1&next=/cases/%3Fq%3D1")
    assert response["Location"] == "/cases/?q=1"
    assert response.cookies[context.LARGE_COOKIE].value == "1"


def test_large_text_can_be_switched_off_again():
    assert switch("text=0").cookies[context.LARGE_COOKIE]["max-age"] == 0


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_switching_never_leads_to_another_site(target):
    assert switch(f"contrast=1&next={target}")["Location"] == "/"


def test_the_look_sets_classes_and_the_key_of_caches():
    request = RequestFactory().get("/")
    assert context.look(request).key == "00"
    request.COOKIES = {context.LARGE_COOKIE: "1", context.CONTRAST_COOKIE: "1"}
    look = context.look(request)
    assert look.html_class == "large-text high-contrast"
    assert look.key == "11"


def test_the_guide_is_closed_outside_debugging(settings, request_):
    settings.DEBUG = False
    with pytest.raises(views.Http404):
        views.show_guide(request_, "portal")
    settings.DEBUG = True
    assert isinstance(views.show_guide(request_, "portal"), HttpResponse)
