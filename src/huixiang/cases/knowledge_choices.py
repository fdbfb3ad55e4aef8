"""Codes of the knowledge base that are stored, and the words people read for them."""

from django.db.models import TextChoices


class KnowledgeState(TextChoices):
    """Where an entry stands; whether it has expired is computed from its day, never stored."""

    DRAFT = "draft", "待审核"
    APPROVED = "approved", "已审核"
    RETIRED = "retired", "已停用"
