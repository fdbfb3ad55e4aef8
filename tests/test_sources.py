"""Every source that code or data names by an anchor is there to be read, and every one of the data has words."""

import json
import re
from pathlib import Path

HOME = Path(__file__).parents[1]
TEXT = (HOME / "docs" / "sources.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^##+ (.+)$", TEXT, re.M)
ANCHORS = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).strip().replace(" ", "-") for heading in HEADINGS}
# In docs/standards.md it stands for any of them.
PLACEHOLDER = "anchor"
CITED = re.compile(r"sources\.md#([a-z-]+[a-z])")


def cited(*rooms):
    """Each anchor with one file that names it."""
    files = [
        path for room in rooms for path in (HOME / room).rglob("*") if path.suffix in {".py", ".json", ".md", ".html"}
    ]
    return {anchor: path.name for path in files for anchor in CITED.findall(path.read_text(encoding="utf-8"))}


def test_every_anchor_that_is_named_stands_in_the_sources():
    found = cited("src", "data", "docs")
    assert {"supervision", "petition-rules", "ours"} <= set(found)
    assert {anchor: name for anchor, name in found.items() if anchor not in ANCHORS | {PLACEHOLDER}} == {}


def test_anchors_within_the_sources_lead_somewhere():
    assert set(re.findall(r"\]\(#([a-z-]+)\)", TEXT)) <= ANCHORS


def test_every_source_of_a_shipped_figure_has_words_for_the_desk():
    words = json.loads((HOME / "data" / "sources.json").read_text(encoding="utf-8"))
    figures = json.loads((HOME / "data" / "standards.json").read_text(encoding="utf-8"))
    assert {row["source"].partition("#")[2] for row in figures} <= set(words)
