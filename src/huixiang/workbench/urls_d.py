"""Addresses of the leaders' pages: the morning page, risks, duties, instructions, inspections, admonitions."""

from django.urls import URLPattern, path

from .views import inspecting, leading, risks

urlpatterns: list[URLPattern] = [
    path("leader/", leading.morning, name="leader"),
    path("risks/", risks.risks, name="risks"),
    path("risks/<int:pk>/report/", risks.report, name="risk_report"),
    path("risks/<int:pk>/close/", risks.close, name="risk_close"),
    path("duty/", risks.duty, name="duty"),
    path("duty/<int:pk>/end/", risks.end_duty, name="duty_end"),
    path("instructions/", leading.instructions, name="instructions"),
    path("instructions/<int:pk>/", leading.instruction, name="instruction"),
    path("cases/<str:number>/instruct/", leading.instruct, name="instruct"),
    path("tasks/", leading.tasks, name="tasks"),
    path("tasks/<int:pk>/", leading.report_back, name="task_report"),
    path("inspections/", inspecting.inspections, name="inspections"),
    path("inspections/<int:pk>/", inspecting.inspection, name="inspection"),
    path("inspections/<int:pk>/list.xlsx", inspecting.export, name="inspection_export"),
    path("cases/<str:number>/inspect/", inspecting.list_case, name="inspect_case"),
    path("findings/<int:pk>/", inspecting.finding, name="finding"),
    path("admonitions/", inspecting.admonitions, name="admonitions"),
]
