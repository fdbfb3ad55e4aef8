"""Django looks for `DatabaseWrapper` in a module of this name."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, except that a kept connection is checked at its socket instead of by a statement per request."""

    def is_usable(self) -> bool:
        """Whether the server still holds the line.

        Between two requests a sound connection is silent. Only if something has come – a goodbye, as a rule – the
        server itself is asked, as Django does.
        """
        if self.connection is None or self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0) or bool(super().is_usable())
