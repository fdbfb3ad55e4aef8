"""Addresses of the knowledge base."""

from django.urls import URLPattern, path

from .views import knowledge

urlpatterns: list[URLPattern] = [
    path("knowledge/", knowledge.entries, name="knowledge"),
    path("knowledge/new/", knowledge.write, name="knowledge_new"),
    path("knowledge/<int:pk>/", knowledge.change, name="knowledge_change"),
    path("knowledge/<int:pk>/approve/", knowledge.approve, name="knowledge_approve"),
    path("knowledge/<int:pk>/retire/", knowledge.retire, name="knowledge_retire"),
    path("replies/<int:pk>/knowledge/", knowledge.fill, name="reply_knowledge"),
]
