"""Which words of the lexicon speak for which topic."""

from huixiang.nlp.routing import TITLE_WEIGHT, topic_scores

LEXICON = {
    "water": ["停水", "自来水", "水", "水质"],
    "housing": ["物业", "电梯", "办证"],
    "roads": ["路灯", "坑洼", "电梯"],
}


def test_topics_are_ranked_with_the_words_that_led_to_them():
    ranked = topic_scores("物业不管，停水三天，自来水发黄", LEXICON)
    assert [(topic.code, topic.words) for topic in ranked] == [("water", ["停水", "自来水"]), ("housing", ["物业"])]


def test_a_word_in_the_title_weighs_more_than_one_in_the_body():
    ranked = topic_scores("停水", LEXICON, title="物业")
    assert [topic.code for topic in ranked] == ["housing", "water"]
    assert ranked[0].score == TITLE_WEIGHT * ranked[1].score


def test_a_word_that_two_topics_claim_weighs_half_for_each():
    shared, own = topic_scores("电梯", LEXICON), topic_scores("物业", LEXICON)
    assert [topic.code for topic in shared] == ["housing", "roads"]
    assert shared[0].score == own[0].score / 2


def test_a_word_inside_a_longer_found_word_does_not_count_again():
    assert topic_scores("自来水", LEXICON) == topic_scores("自来水", {"water": ["自来水"]})


def test_repeating_a_word_does_not_raise_its_topic():
    assert topic_scores("停水停水停水", LEXICON) == topic_scores("停水", LEXICON)


def test_full_width_and_capital_spellings_are_the_same_word():
    assert topic_scores("ＥＴＣ扣费", {"toll": ["etc"]})[0].words == ["etc"]


def test_no_word_no_topic():
    assert topic_scores("谢谢", LEXICON) == []
    assert topic_scores("", LEXICON) == []
    assert topic_scores("停水", {"empty": [], "blank": [""]}) == []
