"""Signing: under which name a region's office signs its orders."""

from django.db import transaction

from huixiang.cases.ledger import Act
from huixiang.cases.refusals import Refused
from huixiang.units.models import Region

from ..models import SigningOffice

LONGEST = 60


def office_of(region: Region) -> str:
    """The name that a region set for its office, else one that says what the office does."""
    name = SigningOffice.objects.filter(region=region).values_list("name", flat=True).first()
    return name or f"{region.name}网上问政督办办公室"


@transaction.atomic
def name_office(region: Region, name: str, act: Act) -> SigningOffice:
    """Sets the name for the orders to come; those already signed keep theirs."""
    if act.by is None:
        raise Refused("落款要由督办员或交办员本人设置。")
    name = " ".join(name.split())
    if not name:
        raise Refused("请填写落款单位的全称。", field="name")
    if len(name) > LONGEST:
        raise Refused(f"落款最长{LONGEST}个字。", field="name")
    fresh = {"name": name, "set_by": act.by, "set_at": act.at}
    return SigningOffice.objects.update_or_create(region=region, defaults=fresh)[0]
