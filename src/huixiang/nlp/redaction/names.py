"""Names of private persons: read after the words that introduce one, told from other words by their neighbours."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import rjieba

from huixiang.nlp.characters import HAN
from huixiang.nlp.redaction.kinds import Hit
from huixiang.nlp.redaction.surnames import ALSO_PARTICLES, DOUBLE_SURNAMES, GIVEN_SIGNS, SURNAMES

_ROLES: Final = (
    "联系人|投诉人|举报人|反映人|反应人|申请人|求助人|来信人|留言人|诉求人|报案人|当事人|受害人|监护人|购房人|收件人|持卡人|户主|机主|车主"
    "|业主|住户|房东|租户|租客|患者|病人|死者|伤者|家属|家长|村民|居民|市民|群众|员工|职工|学员|学生|孩子|落款|签名|署名|代表"
)
_FAMILY: Final = (
    "爱人|老伴|妻子|丈夫|老公|老婆|媳妇|父亲|母亲|爸爸|妈妈|爸|妈|儿子|女儿|孩子|小孩|孙子|孙女|外孙女|外孙|弟弟|哥哥|姐姐|妹妹|弟|妹"
    "|奶奶|爷爷|外婆|外公|公公|婆婆|岳父|岳母"
)
_NAMED: Final = re.compile(
    r"(?:我叫做?|我的名字(?:叫做?|是)|名字叫做?|名叫|本人叫|本人姓名|姓名(?:是|为)?|名字:|我名:|开户名|户名|开户人)"
    r"[: \"“]*"
)
_ROLE: Final = re.compile(
    rf"(?:(?:{_ROLES})(?:姓名)?(?:是|为|叫)?:|(?:{_FAMILY})(?:名字)?(?:叫|名叫|:)"
    r"|联系人|(?:联系人|申请人|反映人|投诉人|举报人|户主)[是为叫])[: \"“]*"
)
# After these anything may follow, so the word must look like a name and end at a visible edge.
_LIKELY: Final = re.compile(
    r"(?:我是|我系|本人是?|反映人|投诉人|举报人|申请人|求助人|患者|病人|死者|伤者|户主|车主"
    r"|学生|教师|工人|司机|农民|村民|居民|业主|职工|员工|学员|租户|房东|市民|女工)[: \"“(]*"
)
_RELATIVE: Final = re.compile(rf"(?:我的?|[和与跟])(?:{_FAMILY})是?[: \"“(]*")
# Somebody else, with whom the letter deals: 邻居张桂芳天天…, 包工头蒋大力拖欠…; any word may follow the name.
_SOMEBODY: Final = re.compile(
    rf"(?:邻居|隔壁|住户|租客|租户|房东|房客|老人|老太太|老大爷|大爷|大妈|朋友|同事|工友|同学|亲戚|老乡|战友|包工头|工头|老板|店主|摊主|车主"
    rf"|户主|司机|村民|组民|居民|市民|业主|患者|病人|死者|伤者|受害人|受害者|家属|家长|顾客|乘客|叔叔|伯伯|舅舅|舅妈|姑姑|姑妈|姨妈|阿姨|婶婶"
    rf"|嫂子|姐夫|妹夫|女婿|儿媳|侄子|侄女|外甥|表哥|堂哥|表弟|堂弟|表姐|堂姐|养父|养母|继父|继母|{_FAMILY}|妻子叫|老公叫)"
)
# The last line of a letter.
_SIGNATURE: Final = re.compile(rf"\n[ -]*(?=[{HAN}]{{2,4}} *(?:\n *)?(?:\d{{2,4}}[年./-][\d年月日号./ -]*)?\s*$)")
# 王小满（电话…）, 王小满 13812341234, 王小满，女: a name in front of a private number, 男 or 女.
_BEFORE_NUMBER: Final = re.compile(
    rf"(?<![{HAN}A-Za-z0-9])(?=[{HAN}]{{2,4}} ?[(,:、]? ?"
    r"(?:联系电话|电话|手机|微信|身份证|1[3-9]\d{9}|[男女][,，。;]))"
)

_EDGE: Final = re.compile(
    rf"$|[^{HAN}A-Za-z]|先生|女士|小姐|同志|同学|老师|医生|师傅|小朋友|联系|电话|手机|微信|身份证|今年|现年|当年|于\d|家住|住在|家里|家中"
    r"|现在|现住|目前|反映|反应|投诉|举报|咨询|求助|来自|户籍|出生|年龄|等人|一家|本人|夫妇|夫妻|因为|由于|希望|要求|曾经|已经|是一|[一二三四五六七八九十]{2,3}岁"
)
_JOIN: Final = re.compile("[是在住于因系和与及的被向从有男女就对现今已想要自说称为就读]")
_OFFICE: Final = re.compile(
    r" ?(?:原|副|代|常务|党委|党组|支部|总)*"
    r"(?:局长|书记|主任|科长|股长|处长|厅长|部长|县长|区长|市长|镇长|乡长|省长|村长|村主任|支书|所长|队长|大队长|校长|院长|站长|会长|主席|委员|干部|民警|警官|交警|辅警|法官|检察官|代表|网格员)"
)
_NOT_GIVEN: Final = re.compile(
    "^[某姓氏]|^老[师伯板婆公汉]|[的了我你他她您吗个说们这那不没]|^[总姐哥局工董处科叔婶嫂姨爷伯家在于是其]$"
    "|^(?:先生|女士|小姐|老师|师傅|阿姨|大爷|大妈|大哥|大姐|同学|同志|主任|书记|局长|所长|医生|教授|经理|老板)$"
)
# Everyday words that begin with a family name, as they come after 我是, 居民 or 联系人.
_OTHER_WORDS: Final = (
    "安全|安危|安置|安静|成年|常年|单如|都是|东方|法定|方便|房内|高中|公司|苟且|管申|管理|关于|广大|国家|何处|何人|何时|和谐|后来|花名"
    "|经常|经过|居住|来自|连续|楼内|楼上|楼下|楼林|明白|明确|能够|农民|平时|钱财|全体|申请|师德|时常|时候|时间|孙子|通过|同意|文明|相关"
    "|向上|向心力|谢谢|幸福|宣传栏|许可|阳光|养老|应届|于是|有关|有权|有人|原来|曾经|查明|支付宝|宁静"
)
_NOT_A_NAME: Final = re.compile(f"[区县镇乡]$|某|^(?:{_OTHER_WORDS})|(?:中|学|考|毕业|研究|新|医)生$")
_SHAPED_LIKE_A_NAME: Final = re.compile(
    "时间|师傅|方面|方式|金额|水电|高速|公路|黄色|白色|安装|常用|连接|管道|温度|关系"
)
_PLACE_OR_ROLE: Final = re.compile("[路街村桥城苑园组社店厂院校局司所部港湖湾坪垸塘冲岭坝寨府人民户主员者师们工]$")
_PROPER_NOUN_TAGS: Final = ("nr", "nz", "ns", "x")
_ANY_NOUN_TAGS: Final = ("n", "a", "i", "j", "vn", "x")
# Words of the dictionary that people are called by.
_GIVEN_WORDS: Final = frozenset(
    re.findall(
        "..", "建军建国国庆建设胜利爱国爱民和平解放卫国红旗跃进援朝拥军光荣前进新生英雄杰出欢乐芙蓉牡丹水仙秋菊春花劳动"
    )
)


class Name(NamedTuple):
    """A name read from a folded text: where it ends and the family name it begins with."""

    end: int
    surname: str


def person_names(text: str) -> Iterator[Hit]:
    """Find private persons' names where the text introduces them; 王某, 王女士 and office-holders stay."""
    for introduction in _NAMED.finditer(text):
        yield from _hit(text, introduction.end(), sure=True)
    for introduction in _ROLE.finditer(text):
        # 我妻子叫文静 says itself that the word is a name.
        is_called = introduction[0].rstrip(' :"“').endswith("叫")
        for hit in _hit(text, introduction.end(), sure=True):
            if is_called or not is_everyday_word(text[hit.start : hit.end]):
                yield hit
    for pattern in (_LIKELY, _SIGNATURE, _BEFORE_NUMBER):
        for introduction in pattern.finditer(text):
            yield from _hit(text, introduction.end(), sure=False)
    for introduction in _SOMEBODY.finditer(text):
        name = _name_by_shape(text, introduction.end())
        if name:
            yield Hit(introduction.end(), name.end, f"{name.surname}某")
    for introduction in _RELATIVE.finditer(text):
        name = read_name_of_someone(text, introduction.end())
        if name:
            yield Hit(introduction.end(), name.end, f"{name.surname}某")


def read_name(text: str, start: int, *, sure: bool) -> Name | None:
    """Return the private person's name that begins at `start`, or None; `sure` when the words before announce it."""
    if len(text) < start + 2:
        return None
    surname = text[start : start + 2] if text[start : start + 2] in DOUBLE_SURNAMES else text[start]
    if surname not in DOUBLE_SURNAMES and surname not in SURNAMES:
        return None
    shorter, longer = start + len(surname) + 1, start + len(surname) + 2
    # The shorter first, so that 李明家住 is not read as 李明家.
    for edge in (_EDGE, _JOIN) if sure else (_EDGE,):
        for end in (shorter, longer):
            if edge.match(text, end) and end <= len(text) and _is_name(text[start:end], surname, sure=sure):
                return None if _OFFICE.match(text, end) else Name(end, surname)
    return _name_by_dictionary(text, start, surname) if sure else None


def read_name_of_someone(text: str, start: int) -> Name | None:
    """Return the name after 孩子 or 我丈夫: one with a visible edge, or one like 王小宝 in front of 被 or 在."""
    name = read_name(text, start, sure=False) or read_name(text, start, sure=True)
    # Two characters before a linking word are too often an everyday word: 安全被, 成绩在.
    word = text[start : name.end] if name else ""
    if name is None or _PLACE_OR_ROLE.search(word) or is_made_of_other_words(word):
        return None
    has_edge = _EDGE.match(text, name.end) is not None
    return name if has_edge or name.end - start >= 3 else None


def is_everyday_word(name: str) -> bool:
    """True for a name that is also a word of the language, such as 高兴."""
    tags = rjieba.tag(name)
    return len(tags) == 1 and not tags[0][1].startswith("nr") and rjieba.has_word(name)


def _hit(text: str, start: int, *, sure: bool) -> Iterator[Hit]:
    name = read_name(text, start, sure=sure)
    if name:
        yield Hit(start, name.end, f"{name.surname}某")


def _is_name(name: str, surname: str, *, sure: bool) -> bool:
    given = name[len(surname) :]
    if not re.fullmatch(f"[{HAN}]+", given) or _NOT_GIVEN.search(given) or _NOT_A_NAME.search(name):
        return False
    return sure or not (_PLACE_OR_ROLE.search(name) or is_made_of_other_words(name))


def is_made_of_other_words(name: str) -> bool:
    """True when a part of `name` is a word that nobody is called, as in 应设置; 国富 and 中华 are proper nouns."""
    (first, first_tag), *rest = rjieba.tag(name)
    starts_a_word = len(first) > 1 and not first_tag.startswith(("nr", "x"))
    # 蒋 and 邹 are nothing but family names; 应, 高 and 常 begin many phrases, so they ask for a proper noun.
    is_only_a_surname = len(first) == 1 and first_tag.startswith("nr")
    given_tags = _ANY_NOUN_TAGS if is_only_a_surname else _PROPER_NOUN_TAGS
    others = (tag for word, tag in rest if len(word) > 1 and word not in _GIVEN_WORDS)
    return starts_a_word or not all(tag.startswith(given_tags) for tag in others)


def _name_by_shape(text: str, start: int) -> Name | None:
    """Read a name in front of any word: one that the word cutter takes for a name, or one of a name's usual signs."""
    surname = text[start : start + 2] if text[start : start + 2] in DOUBLE_SURNAMES else text[start : start + 1]
    if surname not in DOUBLE_SURNAMES and surname not in SURNAMES:
        return None
    (first, tag), *_ = rjieba.tag(text[start : start + 8])
    is_cut_as_name = tag.startswith("nr") and 0 < len(first) - len(surname) <= 2
    end = start + len(first) if is_cut_as_name else _end_by_signs(text, start, surname)
    is_longer_word = len(first) > len(surname) + 1 or tag.startswith(("v", "a", "d", "l", "i"))
    if end == start or (not is_cut_as_name and (surname in ALSO_PARTICLES or (first != surname and is_longer_word))):
        return None
    word = text[start:end]
    if _OFFICE.match(text, end) or _SHAPED_LIKE_A_NAME.search(word) or not _is_name(word, surname, sure=True):
        return None
    return Name(end, surname)


def _end_by_signs(text: str, start: int, surname: str) -> int:
    """Return where a given name of the usual signs ends; after a double surname one sign will do; `start` for none."""
    place = start + len(surname)
    if set(text[place : place + 2]) <= GIVEN_SIGNS and len(text) >= place + 2:
        return place + 2
    return place + 1 if len(surname) == 2 and text[place : place + 1] in GIVEN_SIGNS else start


def _name_by_dictionary(text: str, start: int, surname: str) -> Name | None:
    """Read 王小满家漏水 with the help of the word list, where no neighbour shows the edge."""
    word, tag = rjieba.tag(text[start : start + 8])[0]
    end = start + len(word)
    fits = tag.startswith("nr") and len(surname) < len(word) <= len(surname) + 2
    if fits and not _OFFICE.match(text, end) and _is_name(word, surname, sure=True):
        return Name(end, surname)
    return None
