"""Doing one thing at once from several threads, each with a connection of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

WRITERS = 8


def at_once(do, *, met=()):
    """Runs `do(n)` in eight threads that start together; gives what each gave, or the exception of `met` it met."""
    barrier = threading.Barrier(WRITERS)

    def run(n):
        try:
            barrier.wait()
            return do(n)
        except met as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as threads:
        return list(threads.map(run, range(WRITERS)))
