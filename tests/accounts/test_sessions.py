"""Sessions are Django's own, written once per request and never lost."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from huixiang.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_a_session_is_found_again_by_its_key_and_only_while_it_runs():
    begun = SessionStore()
    begun["seen"] = ["HX1"]
    begun.save()
    assert SessionStore(begun.session_key)["seen"] == ["HX1"]
    Session.objects.filter(pk=begun.session_key).update(expire_date=timezone.now())
    late = SessionStore(begun.session_key)
    assert "seen" not in late and late.session_key is None
    assert SessionStore("a-key-that-a-stranger-made-up").get("seen") is None


def test_saving_twice_writes_once_unless_something_changed_between(django_assert_num_queries):
    session = SessionStore()
    session["seen"] = ["HX1"]
    with django_assert_num_queries(1):
        session.save()
        session.save()
    with django_assert_num_queries(1):
        session["seen"].append("HX2")
        session.save()
    assert SessionStore(session.session_key)["seen"] == ["HX1", "HX2"]


def test_a_session_that_was_ended_elsewhere_is_not_brought_back():
    session = SessionStore()
    session["seen"] = ["HX1"]
    session.save()
    ended = SessionStore(session.session_key)
    ended.flush()
    session["seen"] = ["HX2"]
    with pytest.raises(UpdateError), transaction.atomic():
        session.save()
    assert not Session.objects.exists()
