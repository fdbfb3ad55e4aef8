"""Codes of the triage desk that are stored, and the words people read for them."""

from django.db.models import TextChoices


class Question(TextChoices):
    """What triage is asked about a message; a person answers, the machine only suggests."""

    TOPIC = "topic", "主题"
    REGION = "region", "地区"
    URGENCY = "urgency", "紧急程度"
    UNIT = "unit", "承办单位"
    DEMANDS = "demands", "诉求"
    SAME = "same", "同一件事"
