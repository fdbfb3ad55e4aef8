"""Words of danger: numbers to call, marks for reviewers, signs for the watch over risks."""

import pytest

from huixiang.nlp.danger import crowd_words, media_words, minors_words, noticed, numbers_to_call


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("楼下有人正在打人，快来人", ["110"]),
        ("隔壁着火了，老人昏迷", ["119", "120"]),
        ("他喝农药了", ["110", "120"]),
        ("小区绿化什么时候补种", []),
    ],
)
def test_numbers_to_call_follow_the_words(text, phones):
    assert [number.phone for number in numbers_to_call(text)] == phones


def test_words_are_found_in_title_and_body_alike():
    assert numbers_to_call("着火", "") == numbers_to_call("", "着火") != []
    assert noticed("着火", "小区").words == ("着火",)


@pytest.mark.parametrize("text", ["有人轻生", "路面塌方", "裸露的电线垂到人行道", "不让我们出门"])
def test_life_and_limb_is_critical(text):
    assert noticed(text).is_critical


def test_what_nobody_can_do_without_is_urgent_and_gives_way_to_danger():
    assert not noticed("停水三天").is_critical
    assert noticed("停水三天，楼道漏电").words == ("漏电",)
    assert noticed("希望多装路灯") is None


def test_harm_alone_or_a_child_alone_is_no_sign():
    assert minors_words("学校门口的路灯坏了，孩子们看不清路") == ()
    assert minors_words("小区保安殴打业主") == ()
    assert minors_words("老师体罚学生") == ("学生", "体罚")


def test_many_affected_are_no_crowd_but_many_who_mean_to_act_are():
    assert crowd_words("全小区三百户都没有热水") == ()
    assert crowd_words("业主准备周六拉横幅、堵路") == ("拉横幅", "堵路")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("视频在https://v.douyin.com/abc123/，请看", ("https://v.douyin.com/abc123/",)),
        ("已联系电视台记者", ("记者", "电视台")),
        ("weibo.com/u/1234 有照片", ("weibo.com/u/1234",)),
        ("楼下有个报刊亭", ()),
    ],
)
def test_links_and_names_of_media_are_found(text, found):
    assert media_words(text) == found
