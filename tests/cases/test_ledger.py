"""The ledger: append-only, chained, sealed; a state changes by no other way."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from tests.cast import MORNING, fresh

from huixiang.cases import ledger, triggers
from huixiang.cases.actions import redacting, withdrawing
from huixiang.cases.models import Case, CaseEvent
from huixiang.followup.actions import reopening
from huixiang.rules.lifecycle import State, Step, allowed_pairs


class Editor:
    """Runs the trigger statements inside the test's transaction, which SQLite's own schema editor refuses."""

    connection = connection

    def execute(self, statement, params=None):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def tamper(sql, *params):
    """What somebody with the database's own rights could do: the triggers are off for one statement."""
    triggers.remove(None, Editor())
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def closed(town):
    return town.closed()


def test_an_untouched_ledger_verifies(closed, capsys):
    ledger.seal(at=MORNING)
    call_command("verify_ledger")
    assert "ledger intact: 10 events" in capsys.readouterr().out


def test_one_changed_byte_is_found_and_named(closed):
    tamper("UPDATE cases_caseevent SET actor_role = 'x' WHERE case_id = %s AND seq = 3", closed.pk)
    with pytest.raises(CommandError, match=rf"{closed.number} #3"):
        call_command("verify_ledger")


def test_changed_event_data_is_found(closed):
    tamper("""UPDATE cases_caseevent SET data = '{"unit": 1}' WHERE case_id = %s AND seq = 4""", closed.pk)
    with pytest.raises(CommandError, match=rf"{closed.number} #4"):
        call_command("verify_ledger")


def test_cut_off_end_is_found(closed):
    CaseEvent.objects.filter(case=closed, seq=10).get().delivery.delete()
    tamper("DELETE FROM cases_caseevent WHERE case_id = %s AND seq = 10", closed.pk)
    with pytest.raises(CommandError, match="账本末尾"):
        call_command("verify_ledger")


def test_recomputed_chain_still_breaks_the_seal(closed):
    """Somebody who rewrites an event, every hash after it and the case's head is caught by the seal."""
    ledger.seal(at=MORNING)
    triggers.remove(None, Editor())
    prev = ""
    for event in CaseEvent.objects.filter(case=closed).order_by("seq"):
        event.actor_role = "改写" if event.seq == 5 else event.actor_role
        event.prev_hash = prev
        event.hash = prev = ledger.digest(event, closed.number)
        event.save()
    Case.objects.filter(pk=closed.pk).update(ledger_head=prev)
    with pytest.raises(CommandError, match="seal"):
        call_command("verify_ledger")


@pytest.mark.parametrize("statement", ["UPDATE cases_caseevent SET seq = seq + 100", "DELETE FROM cases_caseevent"])
def test_database_refuses_to_change_the_ledger(closed, statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_database_refuses_a_state_change_outside_the_lifecycle(town):
    case = town.submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=State.AWAITING_RATING)


def test_triggers_know_the_lifecycle_of_the_code(db):
    """After every migration the triggers must stand and hold exactly the pairs of `rules.lifecycle`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT pg_get_triggerdef(oid) || pg_get_functiondef(tgfoid) FROM pg_trigger WHERE NOT tgisinternal"
            )
        text = "\n".join(row[0] for row in cursor.fetchall())
    for name in triggers.NAMES:
        assert name in text
    for a, b in allowed_pairs():
        assert f"'{a}>{b}'" in text


def test_second_writer_from_the_same_reading_is_stale(town):
    case = town.handling()
    mine, theirs = fresh(case), fresh(case)
    ledger.advance(mine, Step.NOTE, town.act("承办人"), data={"text": "我先"})
    with pytest.raises(ledger.Stale):
        ledger.advance(theirs, Step.NOTE, town.act("负责人"), data={"text": "我也"})
    assert [e.data["text"] for e in ledger.changes_since(case, case.event_count)] == ["我先"]


def test_failed_action_leaves_no_event(town):
    case = town.handling()
    before = case.events.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        ledger.advance(case, Step.NOTE, town.act("承办人"), data={"text": "x"})
        raise RuntimeError
    assert case.events.count() == before


def test_public_counts_kept_by_events_equal_a_recount_on_every_way_a_case_can_go(town):
    for case in (town.submit(), town.approved(), town.handling(), town.answered(), town.closed()):
        assert ledger.public_counts() == ledger.recount_public(), case.state
    withdrawing.withdraw(fresh(town.approved()), town.act("小满"), reason="已经解决了")
    redacting.change_visibility(fresh(town.closed()), "private", town.act("审核员"))
    reopening.reopen(fresh(town.closed()), town.act("小满"), reason="水压又低了，请再来看看")
    assert ledger.public_counts() == ledger.recount_public()
    call_command("verify_ledger")
    ledger.PublicStamp.objects.filter(slot=0).update(shown=99)
    with pytest.raises(CommandError, match="the events counted"):
        call_command("verify_ledger")
    assert ledger.public_counts()[0] > ledger.public_counts()[1] > 0


def test_public_stamp_grows_with_public_changes_only(town):
    case = town.handling()
    total = lambda: sum(ledger.PublicStamp.objects.values_list("value", flat=True))  # noqa: E731
    before = total()
    ledger.advance(case, Step.NOTE, town.act("承办人"), data={"text": "内部"})
    assert total() == before
    town.published(case)
    assert total() > before
