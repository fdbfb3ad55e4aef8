"""What the database itself refuses: changing the ledger, and state changes that the lifecycle does not know.

SQLite drops triggers when a table is rebuilt: a migration that alters `cases_case` or `cases_caseevent` must call
`install` again at its end (a test checks that they stand).
"""

from typing import Any

from huixiang.rules.lifecycle import allowed_pairs

NAMES = ("case_state_follows_lifecycle", "ledger_is_not_changed", "ledger_is_not_deleted")


def install(apps: Any, schema_editor: Any) -> None:
    """(Re)creates the triggers, on either database."""
    remove(apps, schema_editor)
    pairs = ", ".join(f"'{a}>{b}'" for a, b in allowed_pairs())
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in _postgresql(pairs) if postgresql else _sqlite(pairs):
        schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Takes the triggers away: for a migration backwards."""
    if schema_editor.connection.vendor == "postgresql":
        tables = {NAMES[0]: "cases_case", NAMES[1]: "cases_caseevent", NAMES[2]: "cases_caseevent"}
        for name, table in tables.items():
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        for name in NAMES[:2]:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
    else:
        for name in NAMES:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")


def _postgresql(pairs: str) -> list[str]:
    return [
        f"""CREATE FUNCTION case_state_follows_lifecycle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'case state % cannot become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
            END IF; RETURN NEW; END $$""",
        """CREATE TRIGGER case_state_follows_lifecycle BEFORE UPDATE OF state ON cases_case
            FOR EACH ROW EXECUTE FUNCTION case_state_follows_lifecycle()""",
        """CREATE FUNCTION ledger_is_not_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'check_violation'; END $$""",
        """CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON cases_caseevent
            FOR EACH ROW EXECUTE FUNCTION ledger_is_not_changed()""",
        """CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON cases_caseevent
            FOR EACH ROW EXECUTE FUNCTION ledger_is_not_changed()""",
    ]


def _sqlite(pairs: str) -> list[str]:
    return [
        f"""CREATE TRIGGER case_state_follows_lifecycle BEFORE UPDATE OF state ON cases_case
            WHEN OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ({pairs})
            BEGIN SELECT RAISE(ABORT, 'case state cannot change like this'); END""",
        """CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON cases_caseevent
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
        """CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON cases_caseevent
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    ]
