"""The roles of the platform (design domain §C4) and which of them need a unit, a region, or neither."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person may be; one person can hold several, the three administrators exclude each other."""

    MODERATOR = "moderator", "平台审核员"
    COORDINATOR = "coordinator", "交办员"
    HANDLER = "handler", "承办人"
    UNIT_REVIEWER = "unit_reviewer", "单位审核人"
    UNIT_HEAD = "unit_head", "单位负责人"
    QUALITY_INSPECTOR = "quality_inspector", "质检员"
    SUPERVISOR = "supervisor", "督办员"
    LEADER = "leader", "领导"
    CONVENOR = "convenor", "联席召集人"
    LAWYER = "lawyer", "律师"
    CONSUMER_COUNCIL = "consumer_council", "消保委"
    THIRD_PARTY = "third_party", "第三方检测机构"
    ANALYST = "analyst", "数据分析员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


UNIT_ROLES = frozenset(
    {
        Role.HANDLER,
        Role.UNIT_REVIEWER,
        Role.UNIT_HEAD,
        Role.LAWYER,
        Role.CONSUMER_COUNCIL,
        Role.THIRD_PARTY,
    }
)
REGION_ROLES = frozenset(
    {
        Role.MODERATOR,
        Role.COORDINATOR,
        Role.QUALITY_INSPECTOR,
        Role.SUPERVISOR,
        Role.LEADER,
        Role.CONVENOR,
        Role.ANALYST,
    }
)
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
