"""Every pair of colours in use meets WCAG 2.2 AA: 4.5 for words, 3 for edges and the focus ring."""

import re
from pathlib import Path

import pytest

import huixiang.ui

STATIC = Path(huixiang.ui.__file__).parent / "static" / "ui"
WORDS, EDGES = 4.5, 3.0
TONES = ["blue", "teal", "green", "amber", "red", "violet", "grey", "black"]
PAPERS = ["paper", "surface", "sunken"]


def tokens(css, selector):
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", css, re.S).group(1)
    return dict(re.findall(r"--hx-([\w-]+):\s*(#[0-9a-f]{6})", block))


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs():
    for paper in PAPERS:
        for ink in ("ink", "ink-soft", "link", "primary", "primary-deep", "accent", "amber", "red", "green"):
            yield ink, paper, WORDS
        yield "line-strong", paper, EDGES
        yield "focus", paper, EDGES
    for tone in TONES:
        yield tone, f"{tone}-wash", WORDS
    for tone in TONES[:-1]:
        yield tone, "surface", WORDS
    for ink in ("ink", "ink-soft", "primary", "primary-deep", "link"):
        yield ink, "primary-wash", WORDS
    for ground in ("primary", "primary-deep"):
        yield "on-primary", ground, WORDS
    for ground in ("accent", "accent-deep", "red"):
        yield "surface", ground, WORDS
    for ink in ("on-night", "on-night-soft"):
        yield ink, "night", WORDS
        yield ink, "night-raised", WORDS
    yield "night-edge", "night", EDGES
    for ink in ("ink", "ink-soft"):
        yield ink, "mark", WORDS
        yield ink, "amber-wash", WORDS


@pytest.fixture(scope="module")
def themes():
    css = (STATIC / "huixiang.css").read_text(encoding="utf-8")
    standard = tokens(css, ":root")
    high = {**standard, **tokens(css, "html.high-contrast")}
    desk = {**standard, **tokens(css, "\n.desk")}
    return {"standard": standard, "high contrast": high, "desk": desk}


@pytest.mark.parametrize("theme", ["standard", "high contrast", "desk"])
def test_every_pair_in_use_can_be_read(themes, theme):
    colours = themes[theme]
    too_weak = [
        f"{front} on {back}: {ratio(colours[front], colours[back]):.2f} < {least}"
        for front, back, least in pairs()
        if ratio(colours[front], colours[back]) < least
    ]
    assert not too_weak


def test_high_contrast_reaches_seven_for_words(themes):
    colours = themes["high contrast"]
    for ink in ("ink", "ink-soft", "link", "primary", "red", "amber", "green"):
        assert ratio(colours[ink], colours["surface"]) >= 7


def test_styles_take_their_colours_from_tokens_outside_the_known_few():
    known = {"#ffffff", "#000000", "#ffc58f", "#1b4f5a", "#1a5560", "#16454f", "#133b45"}
    css = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("huixiang.css", "components.css"))
    declarations = re.sub(r"--hx-[\w-]+:\s*#[0-9a-f]{6}", "", css)
    assert set(re.findall(r"#[0-9a-f]{6}\b", declarations)) <= known


def test_words_and_focus_on_the_night_grounds_can_be_read(themes):
    colours = themes["standard"]
    for ground in ("#1b4f5a", "#1a5560", "#16454f", "#133b45"):
        assert ratio(colours["on-night"], ground) >= WORDS
        assert ratio(colours["on-night-soft"], ground) >= WORDS
    assert ratio("#ffc58f", colours["night"]) >= EDGES
