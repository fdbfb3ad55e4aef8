"""What follows from an event besides notices: a table from steps to handlers, each idempotent and safe to run again."""

from collections.abc import Callable

from huixiang.cases import search
from huixiang.cases.choices import ReplyState, SupplementState
from huixiang.cases.models import CaseEvent, Reply
from huixiang.quality.actions import sampling
from huixiang.rules.lifecycle import Step
from huixiang.triage import likeness
from huixiang.triage.actions import suggesting

Handler = Callable[[CaseEvent], None]


def index_text(event: CaseEvent) -> None:
    """Puts the masked texts of the case and its published replies into the search index."""
    case = event.case
    texts = [case.title, case.body]
    texts += case.supplements.filter(state=SupplementState.SHOWN).values_list("body", flat=True)
    texts += case.replies.filter(state=ReplyState.PUBLISHED).values_list("body", flat=True)
    search.index(case.pk, texts)


def suggest_answers(event: CaseEvent) -> None:
    """Lets triage read a new message once and keep what it suggests; a person decides."""
    suggesting.suggest(event.case, at=event.at)


def keep_telling_words(event: CaseEvent) -> None:
    """Keeps the words by which later messages on the same matter find the case."""
    likeness.keep_keys([event.case])


def sample_reply(event: CaseEvent) -> None:
    """Puts a published reply in the quality desk's sample if it denies, is about safety or answers a repeated case."""
    reply = Reply.objects.select_related("case").get(pk=event.data["reply"])
    sampling.note(reply, at=event.at)


_CHANGES_TEXT = {
    Step.SUBMIT, Step.IMPORT, Step.APPROVE, Step.REDACT, Step.APPROVE_SUPPLEMENT, Step.PUBLISH_REPLY, Step.CONCLUDE,
    Step.CONCLUDE_WITH_PROMISE, Step.HAND_OVER, Step.EXTEND,
}  # fmt: skip
_PUBLISHES = {Step.PUBLISH_REPLY, Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE}
_CHANGES_MESSAGE = {Step.SUBMIT, Step.IMPORT, Step.APPROVE, Step.REDACT}


def handlers_of(step: Step) -> list[Handler]:
    """The handlers of a step, in the order in which they run; who is told stands in `audiences`."""
    found: list[Handler] = [index_text] if step in _CHANGES_TEXT else []
    if step in _CHANGES_MESSAGE:
        found.append(keep_telling_words)
    if step == Step.SUBMIT:
        found.append(suggest_answers)
    if step in _PUBLISHES:
        found.append(sample_reply)
    return found
