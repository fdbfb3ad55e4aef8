import io
import re

import pytest
from PIL import Image

from huixiang.accounts.actions.signing_in import citizen_of
from huixiang.cases import search
from huixiang.cases.choices import ReplyState
from huixiang.cases.models import Case
from huixiang.portal.kept import shelf
from huixiang.portal.views.pages import BACKEND


@pytest.fixture(autouse=True)
def empty_shelf():
    """Pages kept by one test must not be served in another, whose rows have the same ids."""
    shelf.clear()


@pytest.fixture(autouse=True)
def own_uploads(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "uploads")},
        },
    }


@pytest.fixture
def sms(monkeypatch):
    """Every text that goes out, as (phone, text)."""
    out = []
    monkeypatch.setattr(
        "huixiang.notices.actions.texting.send_sms", lambda phone, text, *, key: out.append((phone, text))
    )
    monkeypatch.setattr("huixiang.portal.views.submitting.can_send_sms", lambda: True)
    return out


def code_in(sms):
    """The six digits of the newest text."""
    return re.search(r"\d{6}", sms[-1][1])[0]


@pytest.fixture
def citizen(client, town):
    """A browser in which 小满 is signed in."""
    client.force_login(town.people["小满"], backend=BACKEND)
    return client


@pytest.fixture
def other_citizen(town):
    return citizen_of("13700001111")


def index(*cases):
    """Puts cases into the search index as the loop would."""
    for case in Case.objects.filter(pk__in=[c.pk for c in cases]):
        replies = case.replies.filter(state=ReplyState.PUBLISHED).values_list("body", flat=True)
        search.index(case.pk, [case.title, case.body, *replies])


def text_of(response):
    """The words of a page without its tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def png():
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return out.getvalue()
