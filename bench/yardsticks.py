"""Two bare views behind the product's own middleware: what a page and a durable write cost at least on this server."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

CONSTANT = "<!doctype html><title>bare</title>".ljust(2048, ".")
ROW_TABLE = "bench_row"
CREATE_ROW_TABLE = f"CREATE TABLE IF NOT EXISTS {ROW_TABLE} (id bigserial PRIMARY KEY, body text NOT NULL)"


def bare_page(request: HttpRequest) -> HttpResponse:
    """A constant page of 2 KB."""
    return HttpResponse(CONSTANT)


@csrf_exempt
def bare_insert(request: HttpRequest) -> HttpResponse:
    """One row of 1 KB, committed before the answer."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {ROW_TABLE} (body) VALUES (%s)", [CONSTANT[:1024]])  # noqa: S608 - a fixed name
    return HttpResponse(CONSTANT)
