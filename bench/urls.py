"""The product's addresses and the two yardsticks beside them."""

from django.urls import URLPattern, URLResolver, path

from bench.yardsticks import bare_insert, bare_page
from huixiang.config.urls import urlpatterns as product

urlpatterns: list[URLPattern | URLResolver] = [
    path("bench/page", bare_page),
    path("bench/insert", bare_insert),
    *product,
]
