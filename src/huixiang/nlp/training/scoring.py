"""The formulas by which judgements are scored; they mirror the project's scorer so that both print one number."""

from collections.abc import Iterable, Sequence


def f1(hits: int, predicted: int, actual: int) -> float:
    """Return the harmonic mean of precision and recall; 1 when there was nothing to find and nothing was found."""
    return 2 * hits / (predicted + actual) if predicted + actual else 1.0


def macro_f1(pairs: Sequence[tuple[str, str | None]]) -> float:
    """Return F1 averaged over the true classes; pairs are (true, told or None)."""
    classes = sorted({truth for truth, _ in pairs})
    return sum(
        f1(
            sum(truth == told == c for truth, told in pairs),
            sum(told == c for _, told in pairs),
            sum(truth == c for truth, _ in pairs),
        )
        for c in classes
    ) / max(1, len(classes))


def overlap(one: str, other: str) -> float:
    """Return the share of the shorter text's character pairs that the other has too."""
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    return len(a & b) / max(1, min(len(a), len(b)))


def matched(told: Iterable[str], truth: Sequence[str]) -> int:
    """Return how many told spans meet a true span of their own (more than half of the shorter one's pairs)."""
    left = list(truth)
    hits = 0
    for span in told:
        hit = next((other for other in left if overlap(span, other) > 0.5), None)
        if hit is not None:
            left.remove(hit)
            hits += 1
    return hits
