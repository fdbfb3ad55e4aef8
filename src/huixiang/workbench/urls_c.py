"""Addresses of the supervision desk, of orders and of a unit's obligations."""

from django.urls import URLPattern, path

from .views import obliging, orders, publishing, signing, supervising

urlpatterns: list[URLPattern] = [
    path("supervision/", supervising.desk, name="supervision"),
    path("supervision/export.xlsx", supervising.export, name="supervision_export"),
    path("supervision/calendar/", supervising.due_calendar, name="supervision_calendar"),
    path("supervision/inspect/", supervising.inspect, name="supervision_inspect"),
    path("supervision/steps/<int:pk>/call/", supervising.call, name="supervision_call"),
    path("supervision/orders/", orders.orders, name="orders"),
    path("supervision/offices/", signing.offices, name="offices"),
    path("supervision/orders/bulk/", orders.bulk, name="orders_bulk"),
    path("supervision/orders/<int:pk>/", orders.order, name="order"),
    path("supervision/orders/<int:pk>/order.docx", orders.paper, {"kind": "docx"}, name="order_docx"),
    path("supervision/orders/<int:pk>/order.pdf", orders.paper, {"kind": "pdf"}, name="order_pdf"),
    path("supervision/orders/<int:pk>/receive/", orders.receive, name="order_receive"),
    path("supervision/orders/<int:pk>/answer/", orders.answer, name="order_answer"),
    path("supervision/cases/<str:number>/order/", orders.issue, name="order_issue"),
    path("obligations/", obliging.obligations, name="obligations"),
    path("replies/<int:pk>/simple/", publishing.simple, name="reply_simple"),
    path("replies/<int:pk>/approve-after/", publishing.after, name="reply_approve_after"),
]
