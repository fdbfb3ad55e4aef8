"""How a sending can go wrong: try again later, nobody knows, or never."""


class GatewayDown(Exception):
    """The gateway did not take the message; it is worth trying again later."""

    message = "短信暂时发不出去，请稍后再试。您填写的内容没有丢。"


class TryLater(GatewayDown):
    """The gateway is up but does not take this one message for now; others may go on."""


class NoAnswer(GatewayDown):
    """The message was handed over and no answer came in time: it may have gone out."""


class Undeliverable(Exception):
    """The gateway refused this message for good: sending it again would change nothing."""
