"""The named numbers by which a whole reply is weighed: wording, missing content, the message, and time.

Each is about 0 to 2 and means one thing a reader could check; the models are linear over them, so every verdict can be
said in words.
"""

from collections.abc import Sequence
from math import log1p, nan

from huixiang.nlp.replies.binding import ASKS, Bound
from huixiang.nlp.replies.cues import CUES, SERIOUS
from huixiang.nlp.replies.pieces import sentences
from huixiang.nlp.replies.rarity import Rarity, pairs
from huixiang.nlp.replies.reading import COURTESY, ECHO, POINTING, ROUTING, SUBSTANCE, WAITING, Reading
from huixiang.nlp.replies.slots import SLOTS

LATE_DAYS = 30
"""Days after which a reply counts as late; REPLY_RUBRIC, close call 2."""

_RATED = ("denial", "hedge", "forwarded", "contact_instead", "plan", "refusal", "nobody", "done", "absolute", "finding")


def evidence(reading: Reading, bounds: Sequence[Bound], rarity: Rarity) -> dict[str, float]:
    """Return all features of one reply, always the same names in the same order; nan for what cannot be known."""
    about_message = {**_message(reading), **_nearness(reading, bounds, rarity)}
    if not (reading.title + reading.detail).strip():
        about_message = dict.fromkeys(about_message, nan)
    return {**_wording(reading), **_content(reading), **about_message, **_time(reading)}


def _wording(reading: Reading) -> dict[str, float]:
    said, size = reading.content, 1 + len(reading.substance)
    counts = {name: len(pattern.findall(said)) for name, pattern in CUES.items()}
    found = {f"says.{name}": log1p(count) for name, count in counts.items()}
    found |= {f"mostly.{name}": min(2.0, counts[name] / size) for name in _RATED}
    last = reading.substance[-1].text if reading.substance else ""
    found |= {
        f"ends.{name}": float(bool(CUES[name].search(last)))
        for name in ("plan", "hedge", "push_harder", "refusal", "lesson")
    }
    checked = counts["checked"] + counts["on_site"]
    found["denies_unchecked"] = float(counts["denial"] > 0 and not checked)
    found["denies_undated"] = float(counts["denial"] > 0 and not SLOTS["when"].search(said))
    found["denies_checked"] = float(counts["denial"] > 0 and checked > 0 and counts["evidence"] > 0)
    found["hedges_bare"] = float(counts["hedge"] > 0 and not counts["done"] and not counts["named_rule"])
    found["absolute_bare"] = float(counts["absolute"] > 0 and not SLOTS["number"].search(said))
    found["investigates_undated"] = float(
        counts["investigating"] + counts["case_filed"] > 0 and not reading.has("ordered")
    )
    return found


def _content(reading: Reading) -> dict[str, float]:
    said = reading.said
    size = len(said)
    found = {"size": log1p(size) / 4, "sentences": log1p(len(reading.substance))}
    found |= {f"under.{limit}": float(size < limit) for limit in (8, 20, 40, 80, 160)}
    for name, pattern in SLOTS.items():
        count = len(set(pattern.findall(said)))
        found[f"slot.{name}"] = log1p(count)
        found[f"no_slot.{name}"] = float(count == 0)
        found[f"dense.{name}"] = min(2.0, count / (1 + size / 100))
    total = max(1, len(reading.roles))
    roles = (COURTESY, ECHO, ROUTING, POINTING, WAITING, SUBSTANCE)
    found |= {f"role.{role}": reading.roles.count(role) / total for role in roles}
    found["only_form"] = float(SUBSTANCE not in reading.roles)
    found["routes_only"] = float(size < 20 and ROUTING in reading.roles)
    found["points_only"] = float(size < 40 and POINTING in reading.roles)
    return found


def _message(reading: Reading) -> dict[str, float]:
    message, said = reading.message, reading.said
    found = {"message.size": log1p(len(reading.detail)) / 4}
    found |= {f"asked.{name}": log1p(len(pattern.findall(message))) for name, pattern in ASKS.items()}
    found |= {f"titled.{name}": float(bool(pattern.search(reading.title))) for name, pattern in ASKS.items()}
    for name, pattern in SERIOUS.items():
        asked = len(pattern.findall(message))
        found[f"grave.{name}"] = log1p(asked)
        found[f"grave_skipped.{name}"] = float(asked > 0 and not pattern.search(said))
    found["complains"] = float(any(word in message for word in ("投诉", "举报", "反对", "反映", "质疑")))
    found["suggests"] = float("建议" in message)
    found["enquires"] = float(any(word in message for word in ("咨询", "请问", "想问", "请教")))
    found["again"] = float(
        any(word in message for word in ("多次", "再次", "几次", "无果", "没人管", "踢皮球", "推诿"))
    )
    return found


def _nearness(reading: Reading, bounds: Sequence[Bound], rarity: Rarity) -> dict[str, float]:
    said = pairs(reading.said)
    title, detail = pairs(reading.title), pairs(reading.detail[:800])
    asked = [rarity.share(pairs(s.text), said) for s in sentences(reading.message) if len(s.text) > 5]
    near = [bound.nearness for bound in bounds] or [0.0]
    wide = [bound.overall for bound in bounds] or [0.0]
    ordered = sorted(asked) or [0.0]
    return {
        "near.title": rarity.share(title, said),
        "near.detail": rarity.share(detail, said),
        "near.back": rarity.share(said, title | detail),
        "near.first": near[0],
        "near.least": min(near),
        "near.mean": sum(near) / len(near),
        "wide.first": wide[0],
        "wide.least": min(wide),
        "wide.mean": sum(wide) / len(wide),
        "near.sentence_least": ordered[0],
        "near.sentence_middle": ordered[len(ordered) // 2],
        "demands": len(bounds) / 5,
        "message.sentences": log1p(len(asked)),
        "per_demand": log1p(len(reading.said) / max(1, len(bounds))) / 4,
    }


def _time(reading: Reading) -> dict[str, float]:
    delay, written = reading.delay, reading.written
    names = ("delay", "late", "very_late", "published_late", "late_and_thin", "late_not_done", "named_future")
    if delay is None or written is None or reading.asked is None:
        return dict.fromkeys(names, nan)
    late = delay > LATE_DAYS
    values = (
        log1p(max(0, delay)) / 2,
        late,
        delay > 2 * LATE_DAYS,
        (written - reading.asked).days > LATE_DAYS,
        late and len(reading.said) < 80,
        late and not reading.has("done"),
        any(moment.day > written for moment in reading.moments),
    )
    return dict(zip(names, map(float, values), strict=True))
