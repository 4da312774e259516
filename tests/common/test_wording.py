"""Texts are put together as the language of the reader does."""

from django.utils.translation import override

from apps.common import wording


def test_chinese_marks() -> None:
    assert wording.listed(["因病", "因残"]) == "因病、因残"
    assert wording.clauses(["一", "二"]) == "一；二"
    assert wording.labelled("姓名", "王") == "姓名：王"
    assert wording.noted("王", "户主") == "王（户主）"


def test_english_marks() -> None:
    with override("en"):
        assert wording.listed(["illness", "disability"]) == "illness, disability"
        assert wording.clauses(["one", "two"]) == "one; two"
        assert wording.labelled("Name", "王") == "Name: 王"
        assert wording.noted("王", "head") == "王 (head)"


def test_nothing_and_one_need_no_mark() -> None:
    assert (wording.listed([]), wording.listed(["一"]), wording.clauses([])) == ("", "一", "")


def test_what_is_put_in_is_left_as_it_is() -> None:
    assert wording.labelled("100%", "%(text)s") == "100%：%(text)s"
