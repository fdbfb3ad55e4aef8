"""One message judged for the desk: each question with the suggested answer, how sure it is, why, and what else."""

from collections.abc import Iterable, Mapping
from typing import Any

from huixiang.cases.choices import Urgency
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.nlp.regions import Gazetteer
from huixiang.nlp.regions import Region as Place
from huixiang.nlp.routing import topic_scores
from huixiang.nlp.triage import Tables, judge
from huixiang.rules.lifecycle import State
from huixiang.units.models import Region, Topic

from .choices import Question
from .keeping import current_name
from .likeness import Same, same_matter
from .models import Suggestion
from .ranking import is_sure, of_column, ranked_units
from .tables import desk_tables

TOPICS_SHOWN = 3
LEAST_P = 0.05
DEMANDS_SHOWN = 8
# Into these nothing can be merged.
GONE = (State.REJECTED, State.DIVERTED, State.MERGED, State.WITHDRAWN, State.NEED_SUPPLEMENT)
DEMAND_WORDS = {"ask": "咨询", "help": "求助", "complaint": "投诉", "suggest": "建议"}


def judged(case: Case, among: CaseQuerySet) -> list[Suggestion]:
    """The suggestions for a case, unsaved; `among` are the cases that may be about the same matter."""
    tables = desk_tables()
    # The masked text: what a suggestion quotes may be read by everybody who sees the case.
    told = judge({"title": case.title, "detail": case.body}, tables)
    topic = _topic(case, told, tables)
    found = [topic, _region(case, tables.gazetteer), _urgency(told), _unit(case, told, topic), _demands(told)]
    if not case.is_report:
        found.append(_same(same_matter(case.title, case.body, among, but=case.pk)))
    for suggestion in found:
        suggestion.case, suggestion.model = case, current_name()
    return found


def _option(value: str, label: str, p: float | None = None, why: Iterable[str] = ()) -> dict[str, Any]:
    return {"value": value, "label": label, "p": p, "why": list(why)}


def may_be_joined() -> CaseQuerySet:
    """Cases that another message can be merged into."""
    return Case.objects.exclude(kind="report").exclude(state__in=GONE)


def _topic(case: Case, told: Mapping[str, Any], tables: Tables) -> Suggestion:
    first = {name: code for code, name in Topic.objects.filter(parent=None).values_list("code", "name")}
    names = dict(Topic.objects.exclude(parent=None).values_list("code", "name"))
    options: list[dict[str, Any]] = []
    for row in told["topics"][:TOPICS_SHOWN]:
        name, p = row["name"], row["p"]
        if name in first and (not options or p >= LEAST_P):
            words = topic_scores(case.body, tables.second_topics.get(name, {}), title=case.title)
            code = words[0].code if words else first[name]
            label = f"{name} › {names[code]}" if words else name
            options.append(_option(code, label, p, words[0].words[:4] if words else []))
    is_told = bool(options) and told["topic"] == told["topics"][0]["name"] and options[0]["p"] == told["topics"][0]["p"]
    best = options[0] if options else _option("", "")
    return Suggestion(
        question=Question.TOPIC,
        value=best["value"] if is_told else "",
        label=best["label"] if is_told else "",
        p=best["p"],
        why=best["why"],
        options=options,
    )


def _region(case: Case, gazetteer: Gazetteer) -> Suggestion:
    """The place of the text beside that of the form: told where they agree, asked about where they do not."""
    form = case.region
    nearer = gazetteer.region(case.title, case.body, form.full_name)
    if nearer is not None and nearer.division is not None and nearer.division.code != form.pk:
        code = nearer.division.code
        if code.startswith(form.pk):
            return _place(code, [f"正文提到“{nearer.text}”"], [code, form.pk], form)
    if nearer is not None and len(inside := [d.code for d in nearer.choices if d.code.startswith(form.pk)]) > 1:
        return _place("", [f"“{nearer.text}”在{form.name}有{len(inside)}处，要问清是哪一处"], inside, form)
    said = gazetteer.region(case.title, case.body)
    choices = _codes(said)
    if said is None or not said.is_firm or not choices or any(form.pk.startswith(code) for code in choices):
        agrees = bool(choices) and any(form.pk.startswith(code) for code in choices)
        why = f"正文写的“{said.text}”与表单一致" if agrees and said else "正文没有写清地点，按表单所选"
        return _place(form.pk, [why], [form.pk], form)
    # Of several places of one name the nearest to what the form says is meant first.
    near = next((c for n in (6, 4) if (c := [code for code in choices if code[:n] == form.pk[:n]])), choices)
    why = f"表单选的是{form.readable}，正文写的是“{said.text}”，两处不一致"
    return _place("", [why], [form.pk, *near], form)


def _codes(said: Place | None) -> list[str]:
    if said is None:
        return []
    return [said.division.code] if said.division else [choice.code for choice in said.choices]


def _place(value: str, why: list[str], codes: list[str], form: Region) -> Suggestion:
    named = {region.pk: region.readable for region in Region.objects.filter(pk__in=[*codes, form.pk])}
    options = [_option(c, named[c]) for c in dict.fromkeys(codes) if c in named]
    return Suggestion(question=Question.REGION, value=value, label=named.get(value, ""), why=why, options=options)


def _urgency(told: Mapping[str, Any]) -> Suggestion:
    level = Urgency(told["urgency"])
    options = [_option(u.value, u.label) for u in Urgency]
    why = told["urgency_why"]
    return Suggestion(question=Question.URGENCY, value=level.value, label=level.label, why=why, options=options)


def likely_topics(topic: Suggestion | None) -> list[tuple[Topic, float]]:
    """What a case may be about, with the probability of each: the one told, else those that share the doubt."""
    options = topic.options if topic is not None else []
    if topic is not None and topic.is_sure:
        options = options[:1]
    rows = Topic.objects.in_bulk([option["value"] for option in options])
    found = [(rows[o["value"]], o["p"]) for o in options if o["value"] in rows]
    return [(found[0][0], 1.0)] if topic is not None and topic.is_sure and found else found


def _unit(case: Case, told: Mapping[str, Any], topic: Suggestion) -> Suggestion:
    ranked = of_column(case.column_id, case.region)
    ranked += ranked_units(case.region, likely_topics(topic), told["unit_kinds"], f"{case.title}{case.body}")
    options = [_option(str(one.unit.pk), one.unit.name, why=one.reasons) for one in ranked]
    best = options[0] if is_sure(ranked) else None
    return Suggestion(
        question=Question.UNIT,
        value=best["value"] if best else "",
        label=best["label"] if best else "",
        why=best["why"] if best else [],
        options=options,
        facts={"kinds": told["unit_kinds"][:3]},
    )


def _demands(told: Mapping[str, Any]) -> Suggestion:
    demands = told["demands"][:DEMANDS_SHOWN]
    options = [_option(d["span"], DEMAND_WORDS[d["kind"]]) for d in demands]
    return Suggestion(question=Question.DEMANDS, value=str(len(told["demands"])), options=options)


def _same(found: list[Same]) -> Suggestion:
    options = [_option(one.case.number, one.case.title, round(min(1.0, one.likeness), 4)) for one in found]
    best = found[0] if found and found[0].is_likely else None
    return Suggestion(
        question=Question.SAME,
        value=best.case.number if best else "",
        label=best.case.title if best else "",
        p=round(min(1.0, found[0].likeness), 4) if found else None,
        options=options,
    )
