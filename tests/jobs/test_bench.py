"""The measurement itself: that it measures every page, and that it counts what it takes."""

import json
import os
import random
import subprocess
import sys

import psycopg
import pytest
from bench import databases, wording
from bench.driving import Answer, Sample, request
from bench.histories import PATHS, walk
from bench.measuring import Measured, Row
from bench.pages import Page, Target
from bench.reporting import growth_table, main_table, verdict

from huixiang.jobs.checking import ROOT
from huixiang.rules.lifecycle import State, allowed_pairs

PAGES = [
    "bare page", "home, kept", "list, kept", "case, kept", "home, rendered", "list, rendered", "case, rendered",
    "case, signed in",
    "search, rendered", "inbox, moderator", "inbox, coordinator", "inbox, handler", "gate, while writing",
    "bare INSERT", "submit",
]  # fmt: skip


def row(page="home", per_second=100.0, p50=1.0, p95=2.0, clients=1):
    return Row(page, clients, per_second, p50, p95, 10, "1")


def test_every_filled_history_is_one_the_lifecycle_allows():
    allowed = set(allowed_pairs())
    for state in PATHS:
        story = walk(state)
        assert story[-1][2] == state
        assert all(before in {"", after} or (State(before), State(after)) in allowed for _, before, after in story)


def test_texts_are_as_long_as_real_ones_and_differ():
    chance = random.Random(1)
    told = [wording.message(chance, "望月湖街道") for _ in range(200)]
    assert all(5 <= len(title) <= 60 and 60 <= len(body) <= 600 for _, title, body in told)
    assert len({body for _, _, body in told}) > 190


def test_queries_hold_common_rare_and_two_character_words():
    found = wording.queries(random.Random(1), ["望月湖街道"], 60)
    assert "望月湖街道" in found
    assert any(len(q) == 2 for q in found)
    assert any(len(q.split()) == 3 for q in found)
    assert any(q.startswith("罕见词") for q in found)


def test_percentiles_are_times_that_were_measured():
    sample = Sample(seconds=2.0, times=[float(n) for n in range(1, 101)])
    assert sample.per_second == 50
    assert sample.percentile(0.5) == 51
    assert sample.percentile(0.95) == 96


def test_a_post_says_how_long_its_body_is():
    raw = request("POST", "/x", cookies="a=b", body="甲".encode())
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"Content-Length: 3" in head
    assert b"Cookie: a=b" in head
    assert body.decode() == "甲"


def test_an_answer_knows_its_headers_and_cookies():
    answer = Answer(200, b"HTTP/1.1 200 OK\r\nX-Bench-Queries: 4\r\nSet-Cookie: csrftoken=abc; Path=/", b"")
    assert answer.header("x-bench-queries") == "4"
    assert answer.cookie("csrftoken") == "abc"
    assert answer.cookie("sessionid") == ""


@pytest.mark.parametrize(
    ("target", "per_second", "p95", "reached"),
    [
        (Target(share=0.25), 250.0, 1.0, "yes"),
        (Target(share=0.25), 249.0, 1.0, "**no**"),
        (Target(per_second=300), 299.0, 1.0, "**no**"),
        (Target(p95_ms=50), 1.0, 50.0, "yes"),
        (Target(p95_ms=50), 1.0, 50.1, "**no**"),
        (Target(), 1.0, 1.0, "–"),
    ],
)
def test_the_table_says_whether_a_figure_is_reached(target, per_second, p95, reached):
    page = Page("home", lambda: iter(()), target=target)
    assert verdict(page, row(per_second=per_second, p95=p95), row("bare page", 1000.0)) == reached


def test_every_page_has_a_line_for_each_number_of_clients():
    pages = [Page("bare page", lambda: iter(())), Page("home", lambda: iter(()), target=Target(share=0.25))]
    measured = Measured([row("bare page", 1000.0), row("bare page", 1500.0, clients=8), row(), row(clients=8)])
    table = main_table(pages, measured, [1, 8])
    assert len(table) == 2 + 4
    assert "| home | 1 | 100 | 1.00 | 2.00 | 1 | 10% | ≥ 25% of bare | **no** |" in table


def test_growth_compares_the_median_times():
    small, large = Measured([row(p50=1.0)]), Measured([row(p50=1.31)])
    assert "1.31 × | 1 → 1 | **no** |" in growth_table(small, large, (20, 100), 1)[-1]


@pytest.fixture
def postgres():
    """The address of the server that DATABASE_URL names, cleared of what a measurement leaves there."""
    url = os.environ["DATABASE_URL"]
    yield url
    with psycopg.connect(url, autocommit=True) as admin:
        for (name,) in admin.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'huixiang\\_bench%'"
        ).fetchall():
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(folder, *arguments, **changes):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HUIXIANG_", "DJANGO_", "DATABASE_"))}
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "huixiang", *arguments],
        cwd=folder,
        env={**env, "PYTHONPATH": paths, **changes},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.postgres
def test_a_short_run_measures_every_page_and_finds_every_message(postgres, tmp_path):
    """Given a PostgreSQL, a run over 200 cases ends well only if every taken message is in the database."""
    file = tmp_path / "bench.json"
    options = ["--cases=200", "--seconds=0.2", "--no-growth", f"--database={postgres}", f"--json={file}"]
    done = run(tmp_path, "bench", "web", *options)
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text(encoding="utf-8"))
    assert [r["page"] for r in found["rows"]["200"]] == [page for page in PAGES for _ in range(2)]
    assert all(r["requests"] > 0 for r in found["rows"]["200"])
    assert found["accepted"] > 0
    assert f"{found['accepted']:,}" in done.stdout
    assert_unbroken_ledger(postgres, tmp_path)


def assert_unbroken_ledger(postgres, folder):
    """The ledger's own proof passes on the database that was filled for the measurement."""
    filled = databases.address(postgres, databases.filled(postgres, 200))
    proof = run(folder, "verify_ledger", DATABASE_URL=filled, DJANGO_SETTINGS_MODULE="bench.settings")
    assert proof.returncode == 0, proof.stdout + proof.stderr
