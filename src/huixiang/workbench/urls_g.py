"""Addresses of looking back, of quality samples and of their agreement with the judgement."""

from django.urls import URLPattern, path

from .views import looking_back, quality_agreement, quality_samples

urlpatterns: list[URLPattern] = [
    path("looking-back/", looking_back.look_backs, name="looking_back"),
    path("looking-back/<int:pk>/", looking_back.look_back, name="look_back"),
    path("looking-back/<int:pk>/again/", looking_back.again, name="look_back_again"),
    path("looking-back/<int:pk>/report.docx", looking_back.report, {"kind": "docx"}, name="look_back_docx"),
    path("looking-back/<int:pk>/report.pdf", looking_back.report, {"kind": "pdf"}, name="look_back_pdf"),
    path("quality/samples/", quality_samples.samples, name="samples"),
    path("quality/samples/<int:pk>/", quality_samples.sample, name="sample"),
    path("quality/agreement/", quality_agreement.agreement, name="agreement"),
]
