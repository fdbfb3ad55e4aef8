import re
from pathlib import Path

import pytest
from django.template import Context, Template

import huixiang.ui


@pytest.fixture
def draw():
    """Render a piece of template with the design system's tags loaded."""

    def draw(source, **context):
        return Template("{% load ui %}" + source).render(Context(context))

    return draw


@pytest.fixture(scope="session")
def icons():
    """Name every icon the sprite holds."""
    sprite = Path(huixiang.ui.__file__).parent / "static" / "vendor" / "bootstrap-icons.svg"
    return set(re.findall(r'<symbol id="([^"]+)"', sprite.read_text(encoding="utf-8")))
