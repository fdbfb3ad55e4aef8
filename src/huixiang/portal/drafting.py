"""Drafts: an unsent message, sealed, with its files – for a signed-in citizen, or until an SMS code confirms it."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from huixiang.accounts.models import User
from huixiang.accounts.shapes import Shape
from huixiang.cases.models import Attachment, Case, Draft

Form = dict[str, str]


def draft_of(token: str, user: User | None) -> Draft | None:
    """The draft of a form, sent or not, for whoever holds its token and, if it has an author, is that author."""
    return found(token, user)[0]


def found(token: str, user: User | None) -> tuple[Draft | None, bool]:
    """The draft of a form for this person, and whether the token names somebody else's instead."""
    draft = _DRAFT.first(token)
    is_theirs = draft is not None and draft.author_id not in {None, user.pk if user else None}
    return (None if is_theirs else draft, is_theirs)


_DRAFT: Shape[Draft] = Shape(lambda token: Draft.objects.select_related("case").filter(token=token).order_by(), str)


@transaction.atomic
def keep(
    token: str, form: Mapping[str, str], *, author: User | None, at: datetime, files: Iterable[Attachment] = ()
) -> Draft:
    """Seals the form under its token, in place of what it held before, and adds `files` to it."""
    sealed = json.dumps(dict(form), ensure_ascii=False)
    draft, _ = Draft.objects.update_or_create(
        token=token,
        defaults={"author": author, "sealed_form": sealed, "updated_at": at},
        create_defaults={"author": author, "sealed_form": sealed, "updated_at": at, "created_at": at},
    )
    for file in files:
        file.draft = draft
        file.save()
    return draft


def form_of(draft: Draft) -> Form:
    """What the form held."""
    return dict(json.loads(draft.sealed_form)) if draft.sealed_form else {}


def done(draft: Draft, case: Case) -> None:
    """Notes that the draft became `case` and lets go of its text, which the case now keeps."""
    Draft.objects.filter(pk=draft.pk).update(case=case, sealed_form="")


def of(user: User) -> list[Draft]:
    """A citizen's unsent drafts, the newest first."""
    return list(Draft.objects.filter(author=user, case=None).order_by("-updated_at")[:20])


def drop_files(draft: Draft, keys: Iterable[str]) -> None:
    """Takes files off a draft again."""
    Attachment.objects.filter(draft=draft, case=None, key__in=list(keys)).delete()


def discard(token: str, user: User) -> bool:
    """Throws a citizen's own draft away; False if there is none."""
    return Draft.objects.filter(token=token, author=user, case=None).delete()[0] > 0
