"""Measures the product as it is served: `./huixiang bench web` (docs/benchmarks.md)."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "var" / "bench"
