"""Every address of the product, walked by everybody: what each gets, and that nobody reads what is not for them."""

from functools import cache

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from tests.access_world import CASES, words_of, world
from tests.cast import STAFF

from huixiang.accounts.roles import Role

__all__ = ["world"]

# What each member of staff has of each case at the desk. `.` nothing, and then a 404 like for a case that does not
# exist; `p` what the public sees; `m` the masked message, the published replies and the inner notes; `d` also drafts
# of replies; `o` also the original, on a look that is logged. 举报 accuses 供水公司; 待认领 and 待交办 wait for a unit,
# the second one is private.
DESK = """
            公开  只答复 不公开 举报 撤回 外区 外单位 待认领 待交办 法律 待审
审核员       mo   mo    mo    mo   mo   mo   mo    mo    mo    mo   mo
另一审核员   mo   mo    mo    mo   mo   mo   mo    mo    mo    mo   mo
交办员       mdo  mdo   mdo   mdo  mdo  .    mdo   mdo   mdo   mdo  mdo
承办人       mdo  md    mdo   .    md   .    .     m     .     .    .
供水承办人   mo   .     .     .    .    .    .     m     .     .    .
审核人       mdo  md    mdo   .    md   .    .     .     .     .    .
负责人       mdo  md    mdo   .    md   .    .     m     .     .    .
质检员       m    m     m     m    m    m    m     m     m     m    m
督办员       md   md    md    .    md   .    md    md    md    md   md
领导         m    m     m     .    m    .    m     m     m     m    m
召集人       m    m     m     .    m    .    m     m     m     m    m
律师         .    .     .     .    .    .    .     .     .     md   .
消保委       .    .     .     md   .    .    mdo   m     .     .    .
检测机构     m    .     .     .    .    .    .     .     .     .    .
分析员       p    .     .     .    .    .    .     p     .     p    .
系统管理员   .    .     .     .    .    .    .     .     .     .    .
安全管理员   .    .     .     .    .    .    .     .     .     .    .
审计管理员   .    .     .     .    .    .    .     .     .     .    .
雨花承办人   .    .     .     .    .    mdo  .     .     .     .    .
内部质检员   mo   m     m     .    m    m    m     m     m     m    m
陌生人       .    .     .     .    .    .    .     .     .     .    .
"""
LEVELS = {(row.split()[0], c): row.split()[n + 1] for row in DESK.strip().splitlines()[1:] for n, c in enumerate(CASES)}
EVERYBODY = [*dict.fromkeys(who for who, _ in LEVELS), "小满", "大雪", "路人"]
STAFF_NAMES = EVERYBODY[:-3]
# What the public sees of a case, whoever looks.
WHOLE, REPLY_ONLY = {"公开", "待认领", "法律"}, {"只答复"}
# Who writes, and who reviews, the replies of the unit that has the case.
EDITORS = {
    "公开": "承办人 负责人",
    "不公开": "承办人 负责人",
    "举报": "消保委",
    "外单位": "消保委",
    "外区": "雨花承办人",
}
REVIEWERS = {"公开": "审核人 负责人", "不公开": "审核人 负责人"}

# Every address: its argument, what GET gives and what a POST without anything useful in it gives.
#   200            everybody gets this
#   staff:200      members of staff do, everybody else is sent to the sign-in page
#   审核员:200     they do, other staff get 403, everybody else is sent to the sign-in page
#   a word         see the function of that name below
ADDRESSES = """
portal:home            -        200                405
portal:cases           -        200                405
portal:case            case     public             405
portal:submit          -        200                422
portal:similar         -        405                200
portal:autosave        -        405                citizens_409_or_403
portal:confirm         token    404                404
portal:submitted       -        302                405
portal:track           -        200                422
portal:sign_in         -        citizens_302_or_200 citizens_302_or_200
portal:sign_out        -        405                302
portal:mine            -        200                405
portal:read_notices    -        405                302
portal:notice_settings -        citizens_200_or_302 302
portal:mailbox         -        405                citizens_422_or_302
portal:discard_draft   token    405                302
portal:following       case     own                405
portal:supplement      case     405                own_form
portal:withdraw        case     405                own_form
portal:visibility      case     405                own_form
portal:rating          case     405                own_form
portal:reopen          case     405                own_form
portal:support         case     whole              whole
portal:units           -        200                405
portal:unit            unit     200                405
portal:regions         -        200                405
portal:region          region   200                405
portal:places          -        200                405
portal:place_picker    -        200                405
portal:townships       -        200                405
portal:feed            -        200                405
portal:atom            -        200                405
portal:file            file     portal_file        405
portal:help            -        200                405
portal:privacy         -        200                405
portal:about           -        200                405
portal:robots          -        200                405
ui:display             -        302                405
ui:guide               door     404                405
desk:sign_in           -        staff_302_or_200   staff_302_or_422
desk:sign_out          -        405                302
desk:password          -        staff:200          staff:422
desk:inbox             -        staff:200          staff:405
desk:pool              -        staff:200          staff:405
desk:units             -        staff:200          staff:405
desk:file              file     desk_file          staff:405
desk:case              case     seen               staff:405
desk:case_original     case     staff:405          original
desk:case_draft        case     staff:405          step:承办人,负责人,供水承办人,内部质检员
desk:case_claim        case     staff:405          step:409
desk:case_assign       case     staff:405          step:409
desk:case_decide       case     staff:405          step:409
desk:case_support      case     staff:405          step:交办员
desk:case_transfer     case     staff:405          step:交办员,负责人
desk:case_send_back    case     staff:405          step:负责人
desk:case_lane         case     staff:405          step:OVERSIGHT
desk:case_merge        case     staff:405          step:409
desk:case_visibility   case     staff:405          step:审核员,另一审核员
desk:case_accept       case     staff:405          step:409
desk:case_sign_task    case     staff:405          step:供水承办人,检测机构,内部质检员
desk:case_finish_task  case     staff:405          step:供水承办人,检测机构,内部质检员
desk:case_keep         case     staff:405          step:409
desk:case_object       case     staff:405          step:409
desk:case_pause        case     staff:405          step:交办员
desk:case_resume       case     staff:405          step:409
desk:case_reopen       case     staff:405          step:409
desk:case_note         case     staff:405          step:NOTING
desk:reply_save        reply    staff:405          edit
desk:reply_autosave    reply    staff:405          edit
desk:reply_versions    reply    reply_seen         staff:405
desk:reply_pass        reply    staff:405          check
desk:reply_return      reply    staff:405          check
desk:reply_discard     reply    staff:405          edit
desk:reply_remove_file reply_key staff:405         edit
desk:review            -        审核员,另一审核员:200 staff:405
desk:review_take       -        staff:405          审核员,另一审核员:302
desk:review_supplement supplement staff:405        审核员,另一审核员:302
desk:review_case       case     review             review
desk:review_take_one   case     staff:405          审核员,另一审核员:302
desk:quality           -        质检员,内部质检员:200 staff:405
desk:quality_reply     reply    inspect            inspect
desk:looking_back      -        LOOKS_BACK:200     LOOKS_BACK:422
desk:look_back         number   LOOKS_BACK:404     staff:405
desk:look_back_again   number   staff:405          LOOKS_BACK:404
desk:look_back_docx    number   LOOKS_BACK:404     staff:405
desk:look_back_pdf     number   LOOKS_BACK:404     staff:405
desk:samples           -        质检员,内部质检员:200 staff:405
desk:sample            number   质检员,内部质检员:404 质检员,内部质检员:404
desk:agreement         -        OVERSIGHT,召集人,领导,质检员,内部质检员:200 staff:405
desk:search            -        staff:200          staff:405
desk:search_export     -        staff:200          staff:405
desk:search_bulk       -        staff:405          staff:403
desk:search_keep       -        staff:405          staff:422
desk:search_forget     number   staff:405          staff:404
desk:case_finalize     case     staff:405          step:409
desk:case_control      case     staff:405          step:NOBODY
desk:case_call         case     staff:405          step:NOBODY
desk:reply_simple      reply    staff:405          check
desk:reply_approve_after reply  staff:405          check
desk:supervision       -        OVERSIGHT,召集人,领导:200 staff:405
desk:supervision_export - OVERSIGHT,召集人,领导:200 staff:405
desk:supervision_calendar - OVERSIGHT,召集人,领导:200 staff:405
desk:supervision_inspect - staff:405               staff:404
desk:supervision_call  number   staff:405          staff:404
desk:orders            -        OVERSIGHT,召集人,领导,UNITS:200 staff:405
desk:offices           -        OVERSIGHT:200      OVERSIGHT:422
desk:orders_bulk       -        staff:405          OVERSIGHT:422
desk:order             number   staff:404          staff:405
desk:order_docx        number   staff:404          staff:405
desk:order_pdf         number   staff:404          staff:405
desk:order_receive     number   staff:405          staff:404
desk:order_answer      number   staff:405          staff:404
desk:order_issue       case     form:OVERSIGHT     step:OVERSIGHT
desk:obligations       -        UNITS:200          staff:405
desk:leader            -        召集人,督办员,领导:200 staff:405
desk:risks             -        OVERSIGHT,召集人,领导:200 OVERSIGHT:422
desk:risk_report       number   staff:405          staff:404
desk:risk_close        number   staff:405          staff:404
desk:duty              -        OVERSIGHT,召集人,领导:200 OVERSIGHT:422
desk:duty_end          number   staff:405          staff:404
desk:instructions      -        OVERSIGHT,领导:200 staff:405
desk:instruction       number   staff:404          staff:404
desk:instruct          case     form:领导          step:领导
desk:tasks             -        UNITS:200          staff:405
desk:task_report       number   staff:405          staff:404
desk:inspections       -        OVERSIGHT,召集人,领导:200 OVERSIGHT:422
desk:inspection        number   staff:404          staff:405
desk:inspection_export number   staff:404          staff:405
desk:inspect_case      case     form:OVERSIGHT     step:OVERSIGHT
desk:finding           number   staff:404          staff:404
desk:admonitions       -        OVERSIGHT,召集人,领导,UNITS:200 OVERSIGHT:422
desk:standards         -        OVERSIGHT,系统管理员:200 staff:405
desk:standard_change   -        系统管理员:200      系统管理员:422
desk:standard_end      number   系统管理员:404      系统管理员:404
desk:standard_withdraw number   staff:405          系统管理员:404
desk:publish_first     region   系统管理员:200      系统管理员:422
desk:calendar          -        OVERSIGHT,系统管理员:200 staff:405
desk:calendar_edit     year     系统管理员:200      系统管理员:422
desk:looks             -        审计管理员:200      staff:405
desk:deliveries        -        系统管理员:200      staff:405
desk:delivery          number   staff:405          系统管理员:302
desk:notices           -        staff:200          staff:405
desk:notices_read      -        staff:405          staff:302
desk:notice            number   staff:404          staff:405
desk:notice_settings   -        staff:200          staff:422
desk:notice_address    way      staff:405          staff:422
desk:hooks             -        staff:405          staff:422
desk:hook_try          number   staff:405          staff:404
desk:hook_off          number   staff:405          staff:404
desk:deputies          -        staff:405          staff:422
desk:deputy_end        number   staff:405          staff:404
desk:resend_all        -        staff:405          系统管理员:302
desk:resend            number   staff:405          系统管理员:404
desk:ledger            -        审计管理员:200      审计管理员:422
desk:triage            -        审核员,另一审核员,交办员:200 staff:405
desk:triage_hot        -        审核员,另一审核员,OVERSIGHT,领导,召集人:200 staff:405
desk:triage_figures    -        OVERSIGHT,分析员,系统管理员:200 staff:405
desk:triage_decide     case     staff:405          settles
desk:reply_gate        reply    staff:405          looked_at
desk:override_ask      reply    staff:405          override
desk:overrides         -        OVERSIGHT,负责人,质检员,内部质检员:200 staff:405
desk:override_decide   number   staff:405          staff:404
desk:commitments       -        UNITS:200          staff:405
desk:commitment_keep   number   staff:405          staff:404
desk:knowledge         -        UNITS:200          staff:405
desk:knowledge_new     -        UNITS:200          UNITS:422
desk:knowledge_change  entry    keeps              keeps
desk:knowledge_approve entry    staff:405          settles_entry
desk:knowledge_retire  entry    staff:405          settles_entry
desk:reply_knowledge   reply    staff:405          edit
desk:overdue           -        督办员,领导,召集人:200 staff:405
desk:people            -        安全管理员:200      安全管理员:422
desk:person            person   安全管理员:200      staff:405
desk:person_appoint    person   staff:405          安全管理员:422
desk:person_end_role   membership staff:405        安全管理员:404
desk:person_account    person   staff:405          staff:403
"""
NOTING = "审核员,另一审核员,交办员,承办人,供水承办人,审核人,负责人,质检员,督办员,检测机构,内部质检员"
SHORT = {
    "LOOKS_BACK": "OVERSIGHT,召集人,领导,质检员,内部质检员,负责人",
    "NOTING": NOTING,
    "OVERSIGHT": "交办员,督办员",
    "UNITS": "供水承办人,内部质检员,审核人,承办人,负责人,雨花承办人",
}
for short, names in SHORT.items():
    ADDRESSES = ADDRESSES.replace(short, names)
TABLE = {row.split()[0]: row.split()[1:] for row in ADDRESSES.strip().splitlines()}


def addresses(patterns=None, prefix=""):
    """The names of all addresses that the resolver knows."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from addresses(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else prefix)


def test_every_address_has_its_row():
    assert set(addresses()) == set(TABLE)


def test_every_role_walks():
    assert {role for _, role, _, _ in STAFF} == set(Role)
    assert {name for name, *_ in STAFF} < set(STAFF_NAMES)


# -- what everybody is to get --------------------------------------------------------------------------------------


def wanted(word, who, about, post):
    """The statuses that are right for `who` at an address with this word, about this case, reply or file."""
    if word.isdigit():
        return {int(word)}
    if word.startswith("step:"):
        return step(word[5:], who, about)
    if word.startswith("form:"):
        return form(word[5:], who, about)
    if ":" in word:
        names, status = word.split(":")
        if who not in STAFF_NAMES:
            return {302}
        return {int(status)} if names == "staff" or who in names.split(",") else {403}
    return WORDS[word](who, about, post)


def level(who, about):
    return LEVELS[who, about[0]]


def desk(rule):
    """A rule for staff; everybody else is sent to the sign-in page."""
    return lambda who, about, post: rule(who, about, post) if who in STAFF_NAMES else {302}


def step(names, who, about):
    """404 where the case is not seen; else 403 but for those named, whose form is not good yet; 409: not now."""
    if who not in STAFF_NAMES:
        return {302}
    if level(who, about) == ".":
        return {404}
    return {409} if names == "409" else {422} if who in names.split(",") else {403}


def form(names, who, about):
    """404 where the case is not seen; the form for those named, unless the case is past it; 403 for the others."""
    if who not in STAFF_NAMES:
        return {302}
    if level(who, about) == ".":
        return {404}
    return {403} if who not in names.split(",") else {200} if about[0] == "公开" else {200, 403, 409}


def knows_reply(who, about):
    return level(who, about) != "." and (about[1] == "out" or "d" in level(who, about))


def reply_rule(people):
    def rule(who, about, post):
        if not knows_reply(who, about):
            return {404}
        return {422, 302, 404} if who in people.get(about[0], "").split() else {403}

    return desk(rule)


def looked_at(who, about, post):
    """What the gate finds is for those who write the reply."""
    if not knows_reply(who, about):
        return {404}
    return {200} if who in EDITORS.get(about[0], "").split() else {403}


def override(who, about, post):
    """Who writes a draft may ask to let it pass, with a reason; what is out cannot be asked for."""
    if not knows_reply(who, about):
        return {404}
    return {422} if about[1] == "draft" and who in EDITORS.get(about[0], "").split() else {403}


def inspect(who, about, post):
    if who not in ("质检员", "内部质检员"):
        return {403}
    return {404} if level(who, about) == "." else {422} if post else {302}


def settles(who, about, post):
    if level(who, about) == ".":
        return {404}
    return {302} if who in ("审核员", "另一审核员", "交办员") else {403}


def keeps(who, about, post):
    """An unapproved standard answer is for the unit that keeps it."""
    if who not in SHORT["UNITS"].split(","):
        return {403}
    return {404} if who not in ("承办人", "审核人", "负责人") else {422} if post else {200}


def settles_entry(who, about, post):
    """Those who review for its unit are told that they have not read the newest text."""
    return {302} if who in ("审核人", "负责人") else {403} if who == "承办人" else keeps(who, about, post)


def review(who, about, post):
    if level(who, about) == ".":
        return {404}
    return ({422, 409} if post else {200}) if who in ("审核员", "另一审核员") else {403}


def is_out(about):
    """Whether everybody may open the file: of a published reply, or released with a public message."""
    return about[0] in WHOLE and about[1] in {"released", "out"}


def staff_file(who, about):
    if who not in STAFF_NAMES or about[0] == "草稿" or level(who, about) == ".":
        return {404}
    if about[1] in {"out", "draft"}:
        return {200} if knows_reply(who, about) else {404}
    return {200} if "o" in level(who, about) else {404}


def portal_file(who, about, post):
    is_own = who == "小满" and about[1] != "draft" and about[0] != "草稿"
    return {200} if is_out(about) or is_own else staff_file(who, about)


WORDS = {
    "public": lambda who, about, post: {200} if about[0] in WHOLE | REPLY_ONLY else {404},
    "whole": lambda who, about, post: {404} if about[0] not in WHOLE else {422} if post and who == "小满" else {200},
    "own": lambda who, about, post: {200} if who == "小满" else {404},
    "own_form": lambda who, about, post: {422, 302, 409} if who == "小满" else {404},
    "citizens_409_or_403": lambda who, about, post: {409} if who in ("小满", "大雪") else {403},
    "citizens_302_or_200": lambda who, about, post: {302} if who in ("小满", "大雪") else {200},
    "citizens_200_or_302": lambda who, about, post: {200} if who in ("小满", "大雪") else {302},
    "citizens_422_or_302": lambda who, about, post: {422} if who in ("小满", "大雪") else {302},
    "staff_302_or_200": lambda who, about, post: {302} if who in STAFF_NAMES else {200},
    "staff_302_or_422": lambda who, about, post: {302} if who in STAFF_NAMES else {422},
    "seen": desk(lambda who, about, post: {404} if level(who, about) == "." else {200}),
    "original": desk(lambda who, about, post: {200} if "o" in level(who, about) else {404}),
    "reply_seen": desk(lambda who, about, post: {200} if knows_reply(who, about) else {404}),
    "edit": reply_rule(EDITORS),
    "check": reply_rule(REVIEWERS),
    "inspect": desk(inspect),
    "looked_at": desk(looked_at),
    "override": desk(override),
    "review": desk(review),
    "keeps": desk(keeps),
    "settles_entry": desk(settles_entry),
    "settles": desk(settles),
    "portal_file": portal_file,
    "desk_file": desk(lambda who, about, post: {200} if is_out(about) else staff_file(who, about)),
}


@cache
def secrets(who, name):
    """Every string that must not stand in an answer of this address to `who`."""
    hidden = set()
    for case in CASES:
        words = words_of(case)
        hidden |= set(words.values()) - readable(who, case, words, name)
    return hidden


def readable(who, case, words, name):
    seen = {words["title"], words["body"], words["reply"]} if case in WHOLE else set()
    if case in REPLY_ONLY:
        seen |= {words["reply"]}
    if who == "小满" and name.startswith("portal:"):
        seen |= set(words.values()) - {words["note"], words["draft"]}
    if who not in STAFF_NAMES or not name.startswith("desk:"):
        return seen
    has = LEVELS[who, case]
    seen |= {words["title"], words["body"], words["reply"], words["note"]} if "m" in has else set()
    seen |= {words["draft"]} if "d" in has else set()
    if "o" in has and name in {"desk:case_original", "desk:review_case"}:
        seen |= {words["phone"], words["contact"]}
    return seen


def targets(here, kind):
    """The arguments of an address with what they are about."""
    if kind == "case":
        return [([here.cases[name].number], (name, "")) for name in CASES]
    if kind == "file":
        return [([file.key], about) for about, file in here.files.items()]
    if kind in {"reply", "reply_key"}:
        extra = ["k" * 32] if kind == "reply_key" else []
        return [([reply.pk, *extra], about) for about, reply in here.replies.items()]
    return [(here.fixed[kind], ("公开", ""))]


def goes_there(word, who, about):
    """Steps are tried by everybody on one case, and on the others by those who must not see them."""
    return not word.startswith("step:") or about[0] == "公开" or (who in STAFF_NAMES and level(who, about) == ".")


def browser_of(here, who):
    browser = Client(raise_request_exception=False)
    if who != "路人":
        browser.force_login(here.town.people[who], backend="huixiang.accounts.backends.AccountBackend")
        # Notes in the session when the person was last seen, or every request would.
        browser.get("/desk/password/")
    return browser


def ask(browser, url, *, post=None, **headers):
    """One request, of which nothing remains in the database."""
    with transaction.atomic():
        kept = browser.cookies.copy()
        answer = browser.post(url, post, headers=headers) if post is not None else browser.get(url, headers=headers)
        answer.read = b"".join(answer.streaming_content) if answer.streaming else answer.content
        browser.cookies = kept
        transaction.set_rollback(True)
    return answer


def complaints(name, who, about, answer, right):
    """What is wrong about one answer, in words."""
    where = f"{name} {'/'.join(about)} {who}"
    if answer.status_code not in right:
        yield f"{where}: {answer.status_code} instead of {sorted(right)}"
    body = answer.read.decode(errors="replace") if "text" in answer.get("Content-Type", "") else ""
    found = [s for s in secrets(who, name) if s in body or s in answer.get("Location", "")]
    if found:
        yield f"{where}: shows {found}"
    policy = answer.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        yield f"{where}: policy {policy!r}"
    is_page = answer.status_code in {200, 409, 422}
    if is_page and name.startswith("desk:") and "no-store" not in answer.get("Cache-Control", ""):
        yield f"{where}: may be kept by a cache"


def walk(here, who, browser):
    for place, (name, (kind, get, post)) in enumerate(TABLE.items()):
        about_what = targets(here, kind)
        turn = (place + EVERYBODY.index(who)) % len(about_what)
        for n, (arguments, about) in enumerate(about_what):
            url, right = reverse(name, args=arguments), wanted(get, who, about, False)
            # An address that takes no such request says so whatever it is about: asking once is enough.
            if n == 0 or "405" not in get:
                yield from complaints(name, who, about, ask(browser, url), right)
                if right == {200} or n == turn:
                    part = ask(browser, url, **{"HX-Request": "true"})
                    yield from complaints(name, who, about, part, {200, 302} if right == {302} else right)
            if (n == 0 or "405" not in post) and goes_there(post, who, about):
                right = wanted(post, who, about, True)
                # What somebody must not know of, they try in turn: each act on one, and each of them with some act.
                if right == {404} and n != turn and len(about_what) > 1:
                    continue
                case = here.cases.get(about[0])
                form = {"seen": case.event_count if case else "", "purpose": "核对留言人电话", "walk": "1"}
                if name == "desk:case_claim" and right == {404}:
                    # Whoever comes too late is told so by the pool, with the same words for a case that never was.
                    right = {302}
                yield from complaints(name, who, about, ask(browser, url, post=form), right)


def test_everybody_gets_what_the_table_says_and_reads_nothing_else(world):
    wrong = [line for who in EVERYBODY for line in walk(world, who, browser_of(world, who))]
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong)
