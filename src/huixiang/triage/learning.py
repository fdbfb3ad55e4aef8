"""Learning from this deployment: what people settled becomes the next model, if it does better than the last."""

from collections.abc import Iterator
from datetime import datetime

from huixiang.cases.choices import MessageKind
from huixiang.cases.models import Case
from huixiang.nlp import topics, vectors
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.adapting import Decided, Outcome, train
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import ENDED, State

from . import keeping
from .choices import Question
from .figures import first_level
from .models import Decision

SETTLED = (State.CLOSED, State.FINALIZED, State.TRANSFERRED, State.AWAITING_RATING, State.TRACKING)
MOST = 60_000


def decided() -> Iterator[Decided]:
    """Yield this deployment's settled messages, the newest first: closed ones, and those whose topic was put right.

    Imported history counts only where a person decided, since its topics came from a list of words.
    Reports are left out.
    """
    names = first_level()
    by_people = Decision.objects.filter(question=Question.TOPIC).exclude(chosen="").values("case_id")
    closed = Case.objects.filter(state__in=SETTLED, is_historical=False) | Case.objects.filter(pk__in=by_people)
    rows = closed.exclude(kind=MessageKind.REPORT).exclude(topic=None).exclude(state__in=ENDED - set(SETTLED))
    model, space = topics.shipped(), vectors.shipped()
    known = set(model.names)
    for number, title, body, topic in rows.order_by("-pk").values_list("number", "title", "body", "topic_id")[:MOST]:
        if names[topic] in known:
            seen = space.read(title, body)
            yield Decided(number, model.topics(seen), seen.latent, names[topic])


def learn(at: datetime) -> tuple[Outcome, bool]:
    """Train on what was settled until `at`; gives the outcome and whether the new model is in use. Raises TooFew."""
    told_from, current = topics.shipped().told_from, keeping.current()
    here = at.astimezone(CHINA)
    outcome = train(list(decided()), told_from, current, here.date().isoformat())
    if outcome.new.is_worse_than(outcome.old):
        return outcome, False
    keeping.keep(_with_scores(outcome), f"{here:%Y%m%d-%H%M%S}")
    return outcome, True


def _with_scores(outcome: Outcome) -> Parameters:
    card = {
        **outcome.parameters.card,
        "held_back": {"old": outcome.old.as_card(), "new": outcome.new.as_card()},
        "limits": "learnt from this site's own settled messages; only first-level topics; reports are left out",
    }
    return Parameters(outcome.parameters.arrays, card)
