"""Why an action was not carried out, in words for the person who tried it."""


class Refused(Exception):
    """A rule forbids the action now; `message` says which and what to do, `field` where on the form."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
