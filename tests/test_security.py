"""What somebody tries who wants a name, a foreign text or a page of their own on our address."""

import io
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.cast import MORNING, PASSWORD, fresh

from huixiang.accounts.models import Attempt
from huixiang.accounts.throttle import LOOK_UP_PER_ADDRESS, SIGN_IN_PER_NAME
from huixiang.cases import access, files
from huixiang.cases.actions import redacting, replying, withdrawing
from huixiang.cases.actions.replying import Details
from huixiang.cases.models import Draft
from huixiang.cases.refusals import Refused
from huixiang.config.urls import urlpatterns as doors
from huixiang.followup.actions import reopening
from huixiang.moderation.actions import reviewing
from huixiang.portal.kept import shelf
from huixiang.units.access import actor_of
from huixiang.units.models import Membership

SOURCE = Path(__file__).parents[1] / "src"
PHONE = "13712340099"


@pytest.fixture(autouse=True)
def own_place(settings, tmp_path):
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": place}
    shelf.clear()


def actor(town, who):
    return actor_of(town.people[who], at=MORNING)


# -- who informs, and who accuses --------------------------------------------------------------------------------------


def report_on(town, accused):
    case = town.submit(kind="report", title="供水公司乱收开口费", body="每户收三百元开口费，没有票据，也没有公示。")
    act = town.act("审核员")
    reviewing.take(case, act)
    return reviewing.approve(fresh(case), act, title=case.title, body=case.body, accused=[town.units[accused]])


def test_unit_above_the_accused_sees_a_report_and_units_below_do_not(town):
    Membership.objects.create(user=town.people["陌生人"], role="quality_inspector", region=town.regions["湖南省"])
    Membership.objects.create(user=town.people["陌生人"], role="handler", unit=town.units["住建局"])
    Membership.objects.create(user=town.people["领导"], role="quality_inspector", region=town.regions["湖南省"])
    Membership.objects.create(user=town.people["领导"], role="handler", unit=town.units["区政府"])
    above, below = report_on(town, "住建局"), report_on(town, "区政府")
    visible = access.visible(actor(town, "陌生人"))
    assert above not in visible
    assert below not in visible
    assert above in access.visible(actor(town, "领导"))
    assert below not in access.visible(actor(town, "领导"))


def test_before_the_accused_are_named_nobody_of_any_unit_sees_a_report(town):
    Membership.objects.create(user=town.people["质检员"], role="handler", unit=town.units["供水公司"])
    case = town.submit(kind="report", title="供水公司乱收开口费", body="每户收三百元开口费，没有票据，也没有公示。")
    assert case not in access.visible(actor(town, "质检员"))
    assert case in access.visible(actor(town, "审核员"))


@pytest.mark.parametrize("visibility", ["public", "reply_only"])
def test_report_is_opened_to_nobody_not_even_its_replies(town, visibility):
    with pytest.raises(Refused):
        redacting.change_visibility(report_on(town, "供水公司"), visibility, town.act("小满"))


def test_reasons_of_citizens_reach_the_ledger_without_personal_data(town):
    closed, open_case = town.closed(), town.assigned()
    reopening.reopen(closed, town.act("小满"), reason=f"水还是小，打{PHONE}找我。")
    withdrawing.withdraw(open_case, town.act("小满"), reason=f"已经打{PHONE}解决了。")
    for case in (closed, open_case):
        assert not [e for e in case.events.all() if PHONE in str(e.data)]


# -- four eyes -------------------------------------------------------------------------------------------------------


def test_saving_a_colleagues_text_unchanged_does_not_let_the_writer_review_it(town):
    Membership.objects.create(user=town.people["承办人"], role="unit_reviewer", unit=town.units["住建局"])
    reply = town.drafted(town.handling())
    details = Details(claimed_resolution="resolved")
    replying.save(reply, town.act("负责人"), body=reply.body, details=details, seen_version=reply.version)
    reply = replying.send_to_review(reply, town.act("负责人"))
    with pytest.raises(Refused, match="拟稿人"):
        replying.pass_review(reply, town.act("承办人"))


def test_late_autosave_of_a_reply_that_went_on_changes_nothing_and_breaks_nothing(client, town):
    reply = replying.send_to_review(town.drafted(town.handling()), town.act("承办人"))
    client.force_login(town.people["承办人"])
    late = client.post(f"/desk/replies/{reply.pk}/autosave/", {"body": "偷偷换掉", "seen_version": reply.version})
    reply.refresh_from_db()
    assert (late.status_code, "偷偷换掉" in reply.body) == (409, False)


def test_draft_of_another_citizen_is_neither_shown_nor_thrown_away_nor_overwritten(town):
    token = "d" * 32
    Draft.objects.create(
        token=token,
        author=town.people["小满"],
        sealed_form='{"title": "我的草稿标题"}',
        created_at=MORNING,
        updated_at=MORNING,
    )
    for who in ("大雪", None):
        browser = Client()
        if who:
            browser.force_login(town.people[who], backend="huixiang.accounts.backends.AccountBackend")
        assert "我的草稿标题" not in browser.get("/submit/", {"draft": token}).content.decode()
        browser.post(f"/mine/drafts/{token}/discard/")
        assert browser.post("/submit/draft/", {"form_token": token, "title": "改掉"}).status_code in {403, 409}
    assert "我的草稿标题" in Draft.objects.get(token=token).sealed_form


# -- signing in ------------------------------------------------------------------------------------------------------


def test_signing_in_gives_the_session_a_new_key(client, town):
    client.get("/track/")
    client.session.save()
    before = client.session.session_key
    client.cookies["sessionid"] = before
    client.post("/desk/sign-in/", {"username": "承办人", "password": PASSWORD})
    assert client.session.session_key != before
    cookie = client.cookies["sessionid"]
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("name", ["承办人", "没有这个人", "停用的人"])
def test_every_wrong_sign_in_costs_one_hash_and_gets_the_same_words(client, town, monkeypatch, settings, name):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    town.people["陌生人"].username, town.people["陌生人"].is_active = "停用的人", False
    for person in ("陌生人", "承办人"):
        town.people[person].set_password(PASSWORD)
        town.people[person].save()
    made = []
    encode = PBKDF2PasswordHasher.encode
    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", lambda *a, **k: made.append(1) or encode(*a, **k))
    page = client.post("/desk/sign-in/", {"username": name, "password": "wrong"})
    assert (len(made), page.status_code) == (1, 422)
    assert "登录名或密码不对" in page.content.decode()


def test_guesses_are_counted_and_then_refused(client, town):
    for _ in range(SIGN_IN_PER_NAME.tries):
        assert client.post("/desk/sign-in/", {"username": "承办人", "password": "x"}).status_code == 422
    assert client.post("/desk/sign-in/", {"username": "承办人", "password": PASSWORD}).status_code == 429
    for _ in range(LOOK_UP_PER_ADDRESS.tries):
        client.post("/track/", {"number": "HX2611180000", "code": "ABCDEFGH"})
    assert client.post("/track/", {"number": "HX2611180000", "code": "ABCDEFGH"}).status_code == 429
    assert Attempt.objects.count() == SIGN_IN_PER_NAME.tries * 2 + LOOK_UP_PER_ADDRESS.tries


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_nobody_is_led_away_after_signing_in_or_changing_the_look(client, town, target):
    led = [
        client.get("/display/", {"text": "1", "next": target}),
        client.post(f"/desk/sign-in/?next={target}", {"username": "承办人", "password": PASSWORD, "next": target}),
    ]
    for answer in led:
        assert answer["Location"].startswith("/")
        assert not answer["Location"].startswith(("//", "/\\"))


def test_posts_without_the_token_of_a_form_are_refused(town):
    case = town.assigned()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(town.people["承办人"], backend="huixiang.accounts.backends.AccountBackend")
    for url in (
        f"/desk/cases/{case.number}/accept/",
        "/desk/sign-out/",
        "/submit/",
        "/track/",
        f"/mine/{case.number}/withdraw/",
    ):
        assert browser.post(url, {"seen": case.event_count}).status_code == 403, url
    assert fresh(case).state == "assigned"


# -- addresses, caches, policies ---------------------------------------------------------------------------------------


def test_foreign_host_names_reach_neither_feeds_nor_pages(client, town):
    town.answered()
    for url in ("/", "/feeds/answers.rss", "/submit/done/"):
        answer = client.get(url, headers={"host": "evil.example"})
        assert (answer.status_code, b"evil.example" in answer.content) == (400, False)
    assert b"evil.example" not in client.get("/feeds/answers.rss", headers={"x-forwarded-host": "evil.example"}).content


def test_pages_of_one_person_are_never_kept(client, town):
    case = town.closed()
    browser = Client()
    browser.force_login(town.people["小满"], backend="huixiang.accounts.backends.AccountBackend")
    for url in ("/mine/", f"/mine/{case.number}/", "/submit/", "/track/", "/sign-in/"):
        assert "no-store" in browser.get(url).get("Cache-Control", ""), url
    browser.get("/"), browser.get(f"/cases/{case.number}/")
    assert not shelf._pages
    assert "138****" not in client.get("/mine/").content.decode()


def test_templates_hold_no_scripts_styles_or_handlers_of_their_own():
    found = []
    for template in SOURCE.rglob("templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
        found += [f"{template.name}: {words}" for words in inline]
    assert doors
    assert not found


def test_cookies_travel_over_https_alone_in_production(tmp_path):
    names = "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT"
    words = f"import huixiang.config.settings as s; print({names})"
    keys = subprocess.run(
        [sys.executable, "-m", "huixiang", "new_keys"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE), "HUIXIANG_DATA_DIR": str(tmp_path)},
    )
    env = dict(line.removeprefix("export ").split("=", 1) for line in keys.stdout.splitlines() if "=" in line)
    env = {name: value.strip("'\"") for name, value in env.items()} | {
        "PYTHONPATH": str(SOURCE),
        "HUIXIANG_DATA_DIR": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.split() == ["True", "True", "True"]


# -- files -----------------------------------------------------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, *chunks):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


BOMB = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 80_000_000))
BAD_FILES = {
    "pixels.png": png(60_000, 60_000, chunk(b"IDAT", zlib.compress(b"\0"))),
    "text.png": png(4, 4, BOMB, chunk(b"IDAT", zlib.compress(b"\0" * 52))),
    "cut.png": png(4, 4)[:40],
    "page.png": b"<html><script>alert(1)</script>",
    "script.pdf": b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bombs_and_disguises_are_refused_in_words(name):
    with pytest.raises(Refused):
        files.take(SimpleUploadedFile(name, BAD_FILES[name]), at=MORNING)


def test_name_of_a_file_cannot_write_headers_and_a_pdf_is_handed_over_closed(client, town):
    case = town.approved()
    file = files.take(SimpleUploadedFile('表"\r\nSet-Cookie: x=1;.pdf', b"%PDF-1.4 plain"), at=MORNING)
    file.case, file.is_public = case, True
    file.save()
    moderator = Client()
    moderator.force_login(town.people["审核员"], backend="huixiang.accounts.backends.AccountBackend")
    for answer in (client.get(f"/files/{file.key}/"), moderator.get(f"/desk/files/{file.key}/")):
        assert answer["Content-Disposition"].startswith("attachment")
        assert "\n" not in answer["Content-Disposition"]
        assert "x" not in answer.cookies
        assert answer["Content-Security-Policy"].startswith("sandbox")
        assert "no-store" in answer["Cache-Control"]


def test_hidden_tail_and_position_of_a_picture_are_gone():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (28.0, 13.0, 0.0)}
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    file = files.take(SimpleUploadedFile("a.jpg", out.getvalue() + b"<script>tail"), at=MORNING)
    stored = files.read(file)
    assert b"tail" not in stored
    assert not Image.open(io.BytesIO(stored)).getexif()
