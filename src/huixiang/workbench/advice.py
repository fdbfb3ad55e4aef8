"""What triage suggests about a case, as the review and assign pages show it; a person decides every bit of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from huixiang.cases.choices import Urgency
from huixiang.cases.models import Case
from huixiang.triage.actions import deciding
from huixiang.triage.choices import Question
from huixiang.triage.models import Decision, Suggestion
from huixiang.units.models import Topic

# Below this share an option only distracts.
SHOWN_FROM = 0.03


@dataclass(frozen=True)
class Advice:
    """The suggestions about one case by question, and what people have decided since; both may be missing."""

    suggestions: dict[str, Suggestion] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    is_report: bool = False

    @property
    def topic(self) -> Suggestion | None:
        """What it is about."""
        return self.suggestions.get(Question.TOPIC)

    @property
    def region(self) -> Suggestion | None:
        """Where it is."""
        return self.suggestions.get(Question.REGION)

    @property
    def urgency(self) -> Suggestion | None:
        """How soon somebody must look."""
        return self.suggestions.get(Question.URGENCY)

    @property
    def unit(self) -> Suggestion | None:
        """Who should answer."""
        return self.suggestions.get(Question.UNIT)

    @property
    def demands(self) -> Suggestion | None:
        """What is asked for."""
        return self.suggestions.get(Question.DEMANDS)

    @property
    def is_pressing(self) -> bool:
        """Whether the urgent lane is proposed."""
        return self.urgency is not None and self.urgency.value in {Urgency.URGENT, Urgency.CRITICAL}

    @property
    def asks_where(self) -> str:
        """The question to the citizen where the place is not clear; empty where it is."""
        region = self.region
        if region is None or region.is_sure or len(region.options) < 2:
            return ""
        return f"请问事情发生在下面哪一处：{'，还是'.join(option['label'] for option in region.options)}？"

    def decided(self, question: Question) -> str:
        """What a person decided last; empty if nobody did, or left it open."""
        return self.decisions[question].chosen if question in self.decisions else ""

    def chosen(self, question: Question) -> str:
        """What a form starts with: what a person decided, else a sure suggestion; nothing for a report."""
        if question in self.decisions:
            return self.decisions[question].chosen
        made = self.suggestions.get(question)
        return made.value if made is not None and not self.is_report else ""


NONE = Advice()


def advice_on(case: Case) -> Advice:
    """The advice on one case; two queries."""
    made = {s.question: s for s in Suggestion.objects.filter(case=case)}
    return Advice(made, deciding.latest(case), case.is_report)


def advice_on_many(cases: Iterable[Case]) -> dict[int, Advice]:
    """The advice on each case of a list, by id; two queries for all."""
    rows = {case.pk: case for case in cases}
    made: dict[int, dict[str, Suggestion]] = {pk: {} for pk in rows}
    decided: dict[int, dict[str, Decision]] = {pk: {} for pk in rows}
    for suggestion in Suggestion.objects.filter(case_id__in=list(rows)):
        made[suggestion.case_id][suggestion.question] = suggestion
    for decision in Decision.objects.filter(case_id__in=list(rows)).select_related("by").order_by("at", "pk"):
        decided[decision.case_id][decision.question] = decision
    return {pk: Advice(made[pk], decided[pk], case.is_report) for pk, case in rows.items()}


def topic_words(topic: Topic | None) -> str:
    """How a topic is called with the class above it; empty for none."""
    if topic is None:
        return ""
    return f"{topic.parent.name} › {topic.name}" if topic.parent else topic.name
