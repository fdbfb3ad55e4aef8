"""Drafts that nobody comes back to are deleted with their files; everything else stays."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import MORNING

from huixiang.cases import files
from huixiang.cases.actions.purging import purge_drafts
from huixiang.cases.models import Draft
from huixiang.portal import drafting

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def keep(town):
    def keep(token, *, age, author=None):
        at = MORNING - age
        file = files.take(SimpleUploadedFile("收据.pdf", PDF), at=at)
        return drafting.keep(token.ljust(32, "x"), {"title": "半夜停水"}, author=author, at=at, files=[file])

    return keep


def test_old_drafts_go_with_their_files_and_the_others_stay(town, keep):
    citizen = town.people["小满"]
    gone = [keep("anonymous", age=timedelta(days=3)), keep("forgotten", age=timedelta(days=181), author=citizen)]
    kept = [keep("fresh", age=timedelta(hours=20)), keep("own", age=timedelta(days=30), author=citizen)]
    sent = keep("sent", age=timedelta(days=9))
    drafting.done(sent, town.approved())
    keys = {d.pk: d.attachments.get().key for d in [*gone, *kept, sent]}

    assert purge_drafts(at=MORNING) == 2

    assert set(Draft.objects.values_list("pk", flat=True)) == {d.pk for d in [*kept, sent]}
    assert [default_storage.exists(keys[d.pk]) for d in [*gone, *kept, sent]] == [False, False, True, True, True]
    assert purge_drafts(at=MORNING) == 0
