"""Every stored code that people meet stands in the glossary."""

from pathlib import Path

import pytest

from huixiang.accounts import models as accounts
from huixiang.accounts.roles import Role
from huixiang.cases import choices, gate_choices, knowledge_choices
from huixiang.nlp.redaction import PersonalData
from huixiang.notices.models import Channel
from huixiang.quality import models as quality
from huixiang.rules.clocks import ClockKind, Light
from huixiang.rules.ladder import Means, Rung
from huixiang.rules.lifecycle import State, Step
from huixiang.supervision.models import RungLabel
from huixiang.triage.choices import Question
from huixiang.ui.vocabulary import LIGHTS
from huixiang.units.models import Level

GLOSSARY = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
ENUMS = [
    Question, State, Step, Role, Level, Channel, PersonalData, choices.MessageKind, choices.Visibility, choices.Urgency,
    choices.Lane, choices.Resolution, choices.AssignmentRole, choices.AssignmentState, choices.ReplyKind,
    choices.ReplyState, choices.SupplementState, choices.AttachmentKind, choices.PauseReason,
    gate_choices.FindingCode, gate_choices.RootCause, gate_choices.CheckMoment, gate_choices.OverrideState,
    gate_choices.CommitmentState, knowledge_choices.KnowledgeState,
    Light, Rung, Means, ClockKind, quality.Weight, quality.LookBackState, quality.SampleReason, quality.SecondState,
]  # fmt: skip


@pytest.mark.parametrize("enum", ENUMS, ids=lambda e: e.__name__)
def test_every_member_stands_in_the_glossary(enum):
    section = GLOSSARY[GLOSSARY.index(f".{enum.__name__}`)") :].split("\n## ")[0]
    assert [m.value for m in enum if f"| `{m.value}` |" not in section] == []


@pytest.mark.parametrize("labels", [choices.STATE_LABELS, choices.STEP_LABELS])
def test_every_state_and_step_has_words(labels):
    enum = type(next(iter(labels)))
    assert set(labels) == set(enum)
    assert len(set(labels.values())) >= len(labels) - 2, "two things must not be called the same"


def test_lights_and_warnings_are_called_the_same():
    assert {rung.value: str(RungLabel(rung).label) for rung in Rung} == {r.value: LIGHTS[r.value].label for r in Rung}
    for light in Light:
        assert f"| `{light.value}` | {LIGHTS[light.value].label} |" in GLOSSARY


def test_lateness_is_called_by_one_word():
    rooms = ("cases", "followup", "jobs", "moderation", "notices", "portal", "quality", "rules", "supervision", "ui")
    home = Path(__file__).parents[1]
    files = [
        path for room in (*rooms, "units", "workbench") for path in (home / "src" / "huixiang" / room).rglob("*")
        if path.suffix in {".py", ".html", ".txt", ".js"} and path.parent.name != "migrations"
    ]  # fmt: skip
    files += [home / "data" / name for name in ("sources.json", "reasons.json")]
    wrong = [str(p.relative_to(home)) for p in files if any(w in p.read_text("utf-8") for w in ("超期", "逾期"))]
    assert len(files) > 300 and wrong == []


def test_kinds_of_account_are_two():
    assert accounts.Kind.values == ["citizen", "staff"]
