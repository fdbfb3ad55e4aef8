from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from django import forms
from django.core.paginator import Paginator
from django.test import RequestFactory

from huixiang.ui.styleguide import SampleForm

NOW = datetime.fromisoformat("2026-11-24T15:20:00+08:00")


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def only(self, tag):
        return next(attrs for name, attrs in self.found if name == tag)


def test_time_tags_read_the_moment_of_the_page(draw):
    html = draw("{% when at %}|{% ago at %}|{% left due %}", now=NOW, at=NOW - timedelta(hours=3), due=NOW)
    assert "11月24日（周二）12:20" in html
    assert "3小时前" in html
    assert "还剩不到1分钟" in html
    assert 'datetime="2026-11-24T12:20:00+08:00"' in html


def test_time_tags_and_filters_are_silent_about_an_absent_moment(draw):
    source = "{% when at %}{% when_before at %}{% ago at %}{% left at %}{{ at|when }}{{ at|when_before }}{{ at|ago }}"
    assert draw(source + "{{ at|left }}", at=None) == ""


def test_paragraphs_escape_everything_and_keep_line_breaks(draw):
    html = draw("{{ text|paragraphs }}", text="一<script>alert(1)</script>\r\n二\n\n\n三 & 四")
    assert html == "<p>一&lt;script&gt;alert(1)&lt;/script&gt;<br>二</p><p>三 &amp; 四</p>"


def test_highlight_marks_words_and_never_opens_markup(draw):
    html = draw("{{ text|highlight:words }}", text="<b>停水</b>停水了 AMP &", words="停水 停水了 amp <b>")
    assert html == "<mark>&lt;b&gt;</mark><mark>停水</mark>&lt;/b&gt;<mark>停水了</mark> <mark>AMP</mark> &amp;"


@pytest.mark.parametrize("words", ["", None, []])
def test_highlight_without_words_only_escapes(draw, words):
    assert draw("{{ text|highlight:words }}", text="a<b", words=words) == "a&lt;b"


def test_a_case_card_needs_no_search_words_and_escapes_what_citizens_wrote(draw):
    case = {"url": "/c/1/", "title": "<b>停水", "state": "handling", "time": NOW}
    html = draw("{% include 'ui/parts/case_card.html' %}", case=case, now=NOW)
    assert "&lt;b&gt;停水" in html
    assert "办理中" in html
    assert "None" not in html


def test_query_replace_keeps_the_other_keys_and_drops_empty_ones(draw):
    request = RequestFactory().get("/cases/?q=停水&tag=a&tag=b&page=3&column=x")
    html = draw('{% query_replace page=2 column="" %}', request=request)
    assert html == "?q=%E5%81%9C%E6%B0%B4&amp;tag=a&amp;tag=b&amp;page=2"


def test_nav_link_to_a_name_without_a_route_shows_nothing(draw):
    assert draw('{% nav_link "nowhere:at_all" "去处" "house" %}').strip() == ""


def test_page_range_shows_both_ends_and_gaps(draw):
    page = Paginator(range(200), 10).page(6)
    html = draw("{% page_range page as n %}{{ n }}", page=page)
    assert html == "[1, 0, 4, 5, 6, 7, 8, 0, 20]"


@pytest.mark.parametrize("code", ["green", "yellow", "red", "black"])
def test_a_light_always_has_an_icon_and_words(draw, code):
    html = draw("{% light code '还剩2小时' %}", code=code)
    assert "<use" in html
    assert "还剩2小时" in html
    assert any(words in html for words in ("正常", "临期", "超时"))


def test_the_words_of_the_caller_win_in_a_badge_and_are_escaped(draw):
    assert "a&lt;b" in draw("{% state_badge 'handling' words %}", words="a<b")


def test_field_wires_label_help_and_error_to_the_control(draw):
    form = SampleForm({"title": "停水"})
    elements = Elements(draw("{% field form.title %}", form=form))
    control = elements.only("input")
    ids = {attrs["id"] for _, attrs in elements.found if "id" in attrs}
    assert elements.only("label")["for"] == control["id"]
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"].split() == ["id_title_error", "id_title_help", "id_title_count"]
    assert set(control["aria-describedby"].split()) <= ids
    assert control["value"] == "停水"


def test_field_shows_choices_as_a_named_group(draw):
    html = draw("{% field form.kind %}", form=SampleForm())
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 4


def test_field_keeps_the_text_a_person_wrote_and_escapes_it(draw):
    html = draw("{% field form.body %}", form=SampleForm({"body": "</textarea><script>"}))
    assert "&lt;/textarea&gt;&lt;script&gt;" in html


def test_error_summary_leads_to_each_wrong_field(draw):
    html = draw("{% include 'ui/parts/error_summary.html' %}", form=SampleForm({"title": "停水"}))
    assert 'href="#id_title"' in html
    assert "标题写得太短：至少5个字，现在2个字" in html
    assert "标题：标题" not in html


def test_a_form_without_errors_has_no_summary(draw):
    assert draw("{% include 'ui/parts/error_summary.html' %}", form=SampleForm()).strip() == ""


def test_a_file_field_lists_what_is_chosen_beside_it(draw):
    class Upload(forms.Form):
        photo = forms.FileField(required=False)

    elements = Elements(draw("{% field form.photo %}", form=Upload()))
    assert elements.only("input")["data-files"] == elements.only("ul")["id"]
