"""Preferring: how somebody wants to be told, per channel."""

from collections.abc import Collection

from huixiang.accounts.models import User

from ..models import Channel, Choice, Preference


class BadChoice(ValueError):
    """That channel cannot be used that way; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def choices_for(user: User) -> dict[Channel, list[Choice]]:
    """What the person may choose from; in-app notices always come."""
    email = [Choice.EACH, Choice.DIGEST, Choice.OFF] if user.is_staff_member else [Choice.EACH, Choice.OFF]
    return {Channel.SMS: [Choice.EACH, Choice.OFF], Channel.EMAIL: email}


def choose(user: User, channel: Channel, choice: Choice) -> None:
    """Keeps the choice; raises BadChoice."""
    if choice not in choices_for(user).get(channel, []):
        raise BadChoice(f"{channel.label}不能设为“{choice.label}”。")
    Preference.objects.update_or_create(user=user, channel=channel, defaults={"choice": choice})


def chosen(user: User, channel: Channel) -> Choice:
    """How the person wants the channel used."""
    row = Preference.objects.filter(user=user, channel=channel).first()
    return Choice(row.choice) if row else Choice.EACH


def chosen_by(user_ids: Collection[int]) -> dict[tuple[int, str], Choice]:
    """What each of the people chose, by person and channel; who chose nothing is not in it."""
    rows = Preference.objects.filter(user_id__in=user_ids)
    return {(row.user_id, row.channel): Choice(row.choice) for row in rows}
