"""Addresses of the review, quality, search and oversight desks."""

from django.urls import URLPattern, path

from .views import bulk, overseeing, people, quality, queueing, reviewing, searching

urlpatterns: list[URLPattern] = [
    path("review/", queueing.queue, name="review"),
    path("review/take/", queueing.take_many, name="review_take"),
    path("review/supplements/<int:pk>/", queueing.supplement, name="review_supplement"),
    path("review/<str:number>/", reviewing.review, name="review_case"),
    path("review/<str:number>/take/", queueing.take, name="review_take_one"),
    path("quality/", quality.queue, name="quality"),
    path("quality/<int:pk>/", quality.inspect, name="quality_reply"),
    path("search/", searching.search, name="search"),
    path("search/export.csv", searching.export, name="search_export"),
    path("search/bulk/", bulk.bulk, name="search_bulk"),
    path("search/saved/", searching.keep, name="search_keep"),
    path("search/saved/<int:pk>/forget/", searching.forget, name="search_forget"),
    path("looks/", overseeing.looks, name="looks"),
    path("deliveries/", overseeing.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/", overseeing.delivery, name="delivery"),
    path("deliveries/notices/resend/", overseeing.resend_all, name="resend_all"),
    path("deliveries/notices/<int:pk>/resend/", overseeing.resend, name="resend"),
    path("ledger/", overseeing.ledger, name="ledger"),
    path("overdue/", overseeing.overdue, name="overdue"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/appoint/", people.appoint, name="person_appoint"),
    path("people/<int:pk>/roles/<int:membership>/end/", people.end_role, name="person_end_role"),
    path("people/<int:pk>/account/", people.account, name="person_account"),
]
