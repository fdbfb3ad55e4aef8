"""The scripts of both doors, tried in a real browser under the strict policy the product sends."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from tests.browsing import started

from huixiang.jobs.browsers import INSTALL_HINT, find_chromium

pytestmark = pytest.mark.browser

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
FORM = """{% extends "ui/desk_base.html" %}{% block main %}
<form method="post" action="/sent/" id="draft" data-autosave-url="/save/">
  <input type="hidden" name="version" value="0">
  <textarea name="body" id="body" aria-label="正文" maxlength="20" data-counter="count"></textarea>
  <p id="count" data-limit="20"></p><p data-autosave-note></p>
  <button id="send" name="go" value="yes">提交</button>
</form>
<a id="away" href="/away/" data-confirm="真的离开吗？">离开</a>
<button id="broken" hx-get="/broken/" data-shortcut="b" data-shortcut-label="坏的一块">坏</button>
<form id="many">
  <input type="checkbox" data-check-all="case" id="all" aria-label="全选">
  <input type="checkbox" name="case" value="1" aria-label="一">
  <input type="checkbox" name="case" value="2" aria-label="二">
</form>
{% endblock %}"""
SENT = """{% extends "ui/desk_base.html" %}{% block title %}收到{% endblock %}"""
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Desk(BaseHTTPRequestHandler):
    """A stand-in for the product: one page with a form, and memory of what was posted."""

    def do_GET(self):
        if self.path.startswith("/static/"):
            path = finders.find(self.path.removeprefix("/static/"))
            self.answer(Path(path).read_bytes(), TYPES[path.rsplit(".", 1)[1]])
        elif self.path == "/form/":
            nav = [{"label": "收件", "url": "/inbox/", "shortcut": "g i", "icon": "inbox"}]
            self.answer(Template(FORM).render(Context({"desk_nav": nav})).encode())
        elif self.path == "/broken/":
            self.answer(b"", status=500)
        else:
            self.answer(f"<title>{self.path}</title>".encode())

    def do_POST(self):
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.posted.append((self.path, body))
        if self.path == "/save/":
            self.answer(json.dumps({"fields": {"version": "7"}}).encode(), "application/json")
        else:
            self.server.may_answer.wait(5)
            self.answer(Template(SENT).render(Context()).encode())

    def answer(self, content, kind="text/html", status=200):
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Keep the test output quiet."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium = find_chromium()
    if not chromium:
        pytest.skip(f"needs Chromium: {INSTALL_HINT}")
    with started(chromium, tmp_path_factory.mktemp("browser")) as launched:
        yield launched


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.posted, server.may_answer = [], threading.Event()
    server.may_answer.set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.may_answer.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser, server):
    """The form, open; script errors and policy violations fail the test."""
    context = browser.new_context()
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if "Content Security" in message.text else None)
    page.base = f"http://127.0.0.1:{server.server_port}"
    page.goto(f"{page.base}/form/")
    yield page
    context.close()
    assert troubles == []


def kept_keys(page):
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('huixiang-draft:'))")


def test_characters_are_counted_as_people_count_them(page):
    page.fill("#body", "停水了😀")
    assert page.text_content("#count") == "已写4字，还能写16字"


def test_a_double_click_sends_once_and_keeps_the_name_of_the_button(page, server):
    server.may_answer.clear()
    page.fill("#body", "停水")
    held = page.evaluate(
        """new Promise((done) => {
            const send = document.getElementById("send");
            send.click();
            send.click();
            setTimeout(() => done([send.disabled, send.getAttribute("aria-busy")]), 50);
        })"""
    )
    assert held == [True, "true"]
    server.may_answer.set()
    page.wait_for_url("**/sent/")
    sent = [body for path, body in server.posted if path == "/sent/"]
    assert [body["go"] for body in sent] == [["yes"]]


def test_the_button_works_again_after_going_back(page):
    page.fill("#body", "停水")
    page.click("#send")
    page.wait_for_url("**/sent/")
    page.go_back()
    page.wait_for_selector("#send:enabled")


def test_a_changed_form_saves_itself_and_then_forgets_the_local_copy(page, server):
    page.fill("#body", "停水")
    assert len(kept_keys(page)) == 1
    page.wait_for_selector("[data-autosave-note]:has-text('已保存')")
    assert page.input_value("[name=version]") == "7"
    assert kept_keys(page) == []
    assert [path for path, _ in server.posted] == ["/save/"]


def test_a_broken_connection_loses_nothing(page):
    page.context.set_offline(True)
    page.fill("#body", "断网时写的")
    page.wait_for_selector("[data-autosave-note]:has-text('网络断开')")
    page.context.set_offline(False)
    page.goto(f"{page.base}/form/")
    assert page.input_value("#body") == ""
    page.click("text=恢复")
    assert page.input_value("#body") == "断网时写的"


def test_a_sent_form_leaves_no_copy_behind(page):
    page.fill("#body", "停水")
    page.click("#send")
    page.wait_for_url("**/sent/")
    assert kept_keys(page) == []


def test_a_question_is_asked_before_leaving(page):
    page.click("#away")
    page.click("text=再想想")
    assert page.url.endswith("/form/")
    page.click("#away")
    page.click("dialog >> text=确定")
    page.wait_for_url("**/away/")


def test_shortcuts_work_except_while_typing(page):
    page.click("#body")
    page.keyboard.type("gi")
    assert page.input_value("#body") == "gi"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox/")


def test_shortcuts_are_listed_and_can_be_switched_off(page):
    page.keyboard.press("?")
    assert "坏的一块" in page.text_content("[data-shortcut-list]")
    page.uncheck("[data-shortcuts-on]")
    page.click("text=知道了")
    page.keyboard.press("?")
    assert not page.evaluate("document.getElementById('shortcuts').open")


def test_a_fragment_that_fails_is_told_in_words(page):
    page.click("#broken")
    page.wait_for_selector("#trouble:visible")
    assert "没有完成" in page.text_content("#trouble")


def test_one_tick_ticks_all(page):
    page.check("#all")
    assert page.locator("[name=case]:checked").count() == 2
