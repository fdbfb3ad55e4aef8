"""The people of the demo town: invented names, accounts and roles, and the fixed sign-ins that the demo prints."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from django.contrib.auth.hashers import make_password

from huixiang.accounts.actions.confirming import phone_hash
from huixiang.accounts.models import Kind, User
from huixiang.accounts.roles import Role
from huixiang.units.models import Membership, Unit

# Only for the demo: `seeding.seed` refuses to make these accounts anywhere else.
DEMO_PASSWORD = "huixiang-demo"  # noqa: S105 - printed by the demo on purpose
HOME_UNIT = "430104-housing"
LAWYERS_UNIT = "43-lawyers"
TESTING_UNIT = "43-testing"
CITIZENS = 90
FIRST_PHONE = 13800000001

SURNAMES = [*"陈李王刘张黄周吴杨罗谭彭肖曾邓唐何胡易龙贺廖蒋文戴尹夏汤段姚曹雷邹石田袁熊向孟秦孙郭谢宋毛苏马", "欧阳"]
# Given names of two characters each, one after the other.
GIVEN = (
    "建平丽华志强晓燕国庆秋香文斌雅琴立新春梅永红佳怡海涛思远芳芳明亮玉兰子轩慧敏德胜雪梅少华凤英俊杰桂芝长林若溪振宇爱民静怡光明小兵满秀正清冬梅一鸣友良月娥安邦书雅"
    "学文艳红家豪素珍柏林佩瑶开明新宇湘平慧君楚涵先锋美玲亦凡定国香莲望舒松涛巧云跃进"
)
UNIT_TEAM = [(Role.HANDLER, "handler"), (Role.UNIT_REVIEWER, "reviewer"), (Role.UNIT_HEAD, "head")]
# (username, role, region): the first of each kind is a printed sign-in.
REGION_TEAM = [
    ("moderator", Role.MODERATOR, "43"),
    ("moderator2", Role.MODERATOR, "43"),
    ("moderator3", Role.MODERATOR, "43"),
    ("inspector", Role.QUALITY_INSPECTOR, "43"),
    ("inspector2", Role.QUALITY_INSPECTOR, "43"),
    ("supervisor", Role.SUPERVISOR, "4301"),
    ("leader", Role.LEADER, "4301"),
    ("convenor", Role.CONVENOR, "4301"),
    ("analyst", Role.ANALYST, "43"),
]
ADMINS = [("sysadmin", Role.SYSTEM_ADMIN), ("secadmin", Role.SECURITY_ADMIN), ("auditor", Role.AUDIT_ADMIN)]
SIGN_INS = [
    ("平台审核员", "moderator", "审核新留言，隐去个人信息"),
    ("交办员（长沙市）", "coordinator", "把留言交给单位，裁定异议，批准暂停"),
    ("承办人（岳麓区住建局）", "handler", "签收、认领、起草回复"),
    ("单位审核人（岳麓区住建局）", "reviewer", "审核本单位的回复"),
    ("单位负责人（岳麓区住建局）", "head", "提出异议、转办，确认承诺兑现"),
    ("质检员", "inspector", "发布前最后把关"),
    ("督办员（长沙市）", "supervisor", "盯住临期和超时的留言"),
    ("领导（长沙市）", "leader", "看辖区留言的办理情况"),
    ("联席召集人（长沙市）", "convenor", "看多家单位一起办的留言"),
    ("律师（公益律师团）", "lawyer", "解答《问法湖南》的留言"),
    ("消保委", "consumer-council", "办理《消费维权》的留言"),
    ("第三方检测机构", "third-party", "提交检测结论"),
    ("数据分析员", "analyst", "看脱敏后的公开留言"),
    ("系统管理员", "sysadmin", "管理单位和账号"),
    ("安全管理员", "secadmin", "管理权限"),
    ("审计管理员", "auditor", "查看操作记录"),
]


@dataclass
class People:
    """Who is there, by username, and who works in which unit."""

    staff: dict[str, User] = field(default_factory=dict)
    teams: dict[int, list[tuple[Role, User]]] = field(default_factory=dict)
    citizens: list[User] = field(default_factory=list)

    def of(self, unit: Unit, *roles: Role) -> User:
        """A member of the unit's team with one of the roles, the first-named role first; raises LookupError."""
        for role in roles:
            for held, user in self.teams.get(unit.pk, []):
                if held == role:
                    return user
        raise LookupError(f"{unit.key} has nobody who is one of {[r.value for r in roles]}")


def sign_ins() -> list[tuple[str, str, str, str]]:
    """(role, username, password, what for) of every fixed sign-in of the demo, the citizen last."""
    staff = [(role, username, DEMO_PASSWORD, purpose) for role, username, purpose in SIGN_INS]
    return [*staff, ("群众", str(FIRST_PHONE), "验证码见页面上的演示提示", "留言、查进展、补充、评价")]


def invented_names(rng: Random) -> Iterator[str]:
    """Endless invented names in a repeatable order, each once until all combinations are used."""
    given = [GIVEN[n : n + 2] for n in range(0, len(GIVEN), 2)]
    names = [surname + name for surname in SURNAMES for name in given]
    rng.shuffle(names)
    while True:
        yield from names


def invite(units: list[Unit], prefectures: list[tuple[str, str]], rng: Random) -> People:
    """Makes every account and membership of the demo town; `prefectures` are (region code, short name)."""
    people, names, password = People(), invented_names(rng), make_password(DEMO_PASSWORD)
    posts = [*_unit_posts(units), *_region_posts(prefectures), *[(name, role, None, None) for name, role in ADMINS]]
    made = User.objects.bulk_create(
        User(username=username, display_name=name, kind=Kind.STAFF, password=password)
        for (username, *_), name in zip(posts, names, strict=False)
    )
    memberships = []
    for user, (_, role, unit, region) in zip(made, posts, strict=True):
        people.staff[user.username] = user
        if unit is not None:
            people.teams.setdefault(unit.pk, []).append((role, user))
        memberships.append(Membership(user=user, role=role, unit=unit, region_id=region))
    Membership.objects.bulk_create(memberships)
    people.citizens = _citizens()
    return people


Post = tuple[str, Role, Unit | None, str | None]


def _unit_posts(units: list[Unit]) -> list[Post]:
    posts: list[Post] = []
    for unit in units:
        prefix = "" if unit.key == HOME_UNIT else f"{unit.key.replace('_', '-')}-"
        if unit.key == LAWYERS_UNIT:
            posts += [("lawyer", Role.LAWYER, unit, None)]
            posts += [(f"lawyer{n}", Role.LAWYER, unit, None) for n in (2, 3)]
            posts += [("lawyer-reviewer", Role.UNIT_REVIEWER, unit, None)]
            continue
        if unit.key == TESTING_UNIT:
            posts += [("third-party", Role.THIRD_PARTY, unit, None)]
            continue
        posts += [(f"{prefix}{word}", role, unit, None) for role, word in UNIT_TEAM]
        if unit.key == "43-consumer_council":
            posts += [("consumer-council", Role.CONSUMER_COUNCIL, unit, None)]
    return posts


def _region_posts(prefectures: list[tuple[str, str]]) -> list[Post]:
    posts: list[Post] = [(username, role, None, region) for username, role, region in REGION_TEAM]
    for code, _ in prefectures:
        name = "coordinator" if code == "4301" else f"coordinator-{code}"
        posts.append((name, Role.COORDINATOR, None, code))
    return posts


def _citizens() -> list[User]:
    rows = []
    for n in range(CITIZENS):
        phone = str(FIRST_PHONE + n)
        hashed = phone_hash(phone)
        # As `signing_in.citizen_of` makes them, but all at once.
        rows.append(
            User(
                username=f"c-{hashed[:24]}",
                display_name=f"网友{hashed[:6]}",
                kind=Kind.CITIZEN,
                phone=phone,
                phone_hash=hashed,
                password=make_password(None),
            )
        )
    return User.objects.bulk_create(rows)
