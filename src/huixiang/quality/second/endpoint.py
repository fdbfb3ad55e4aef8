"""Speaks to an OpenAI-compatible endpoint: one chat completion, within the time, never redirected."""

from django.conf import settings

from huixiang.notices.channels import http

from .answers import content_of

LONGEST_TOKENS = 1500


def is_configured() -> bool:
    """Whether an endpoint is set at all; without one nobody is asked."""
    return bool(settings.LLM_URL)


def complete(messages: list[dict[str, str]]) -> str:
    """What the model says to `messages`; raises GatewayDown where none came, BadAnswer where it is no completion."""
    payload = {
        "model": settings.LLM_MODEL,
        "messages": messages,
        "temperature": 0,
        "max_tokens": LONGEST_TOKENS,
        "response_format": {"type": "json_object"},
        "stream": False,
    }
    headers = {"Authorization": f"Bearer {settings.LLM_KEY}"} if settings.LLM_KEY else {}
    url = f"{settings.LLM_URL}/chat/completions"
    return content_of(http.post(url, payload, headers, seconds=settings.LLM_TIMEOUT_SECONDS))
