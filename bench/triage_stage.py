"""The stage of `bench triage` that needs a filled database: `python -m bench.triage_stage`; prints figures as JSON."""

import json
import random
import statistics
import time

QUESTIONS = 200
AT_ONCE = 1000


def main() -> None:
    """Keeps the telling words of every case, then asks for the like of some made-up and some known messages."""
    import django

    django.setup()
    from django.db import connection

    from bench import wording
    from huixiang.cases.models import Case
    from huixiang.triage.likeness import keep_keys, same_matter
    from huixiang.triage.models import MatterKey

    before = time.perf_counter()
    last = 0
    while rows := list(Case.objects.filter(pk__gt=last).order_by("pk").only("kind", "title", "body")[:AT_ONCE]):
        keep_keys(rows)
        last = rows[-1].pk
    index_s = time.perf_counter() - before
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE triage_matterkey")
    chance = random.Random(1)  # noqa: S311 - repeatable on purpose
    known = list(Case.objects.order_by("?").values_list("title", "body")[: QUESTIONS // 2])
    asked = [(f"{title}，急", body[::-1][:50] + body[:200]) for title, body in known]
    asked += [wording.message(chance, f"洋湖{n}区")[1:] for n in range(QUESTIONS // 2)]
    took = []
    for title, body in asked:
        before = time.perf_counter()
        same_matter(title, body, Case.objects.all())
        took.append(1000 * (time.perf_counter() - before))
    took.sort()
    figures = {"p50_ms": statistics.median(took), "p95_ms": took[int(0.95 * len(took))], "index_s": index_s}
    print(json.dumps({**figures, "keys": MatterKey.objects.count()}))


if __name__ == "__main__":
    main()
