import httpx
import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.http_addresses import Places
from runner_builtin.sources.http_paging import ByCursor, ByLink, ByPage, OnePage, Page, at, declared_paging, next_link

URL = httpx.URL("https://api.org/items?per_page=2")
PLACES = Places(URL)


@pytest.mark.parametrize(
    ("path", "found"),
    [("a.b", [1, 2]), ("a.b.1", 2), ("a.b.2", None), ("a.c", None), ("a.b.c", None), ("x.y", None), ("a.b.-1", None)],
)
def test_a_path_leads_through_keys_and_positions(path, found):
    assert at({"a": {"b": [1, 2]}}, path) == found


def page(body=None, link=None, number=0, count=2, url=URL):
    return Page(url, link, body, number, count)


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ('<https://a.org/2>; rel="next"', "https://a.org/2"),
        ("<https://a.org/2>; rel=next", "https://a.org/2"),
        ("</items?page=2>;rel=next;title=x", "/items?page=2"),
        (
            '<https://a.org/0>; rel="prev", <https://a.org/2>; rel="next", <https://a.org/9>; rel="last"',
            "https://a.org/2",
        ),
        (
            '<https://a.org/?a=1,2;3>; title="x; rel=next, y"; rel="prev", <https://a.org/2>; REL="Next"',
            "https://a.org/2",
        ),
        ('<https://a.org/2>; rel="last next"', "https://a.org/2"),
        ('<https://a.org/2>; rel="nextish"', None),
        ("<https://a.org/2>; rel=nextish", None),
        ('<https://a.org/2>; title="next"', None),
        ("garbage", None),
        ("", None),
    ],
)
def test_the_next_link_of_a_header_is_found(header, address):
    assert next_link(header) == address


def test_a_link_is_followed_like_a_redirect():
    assert ByLink().following(page(link='</items?page=2>; rel="next"'), PLACES) == "https://api.org/items?page=2"
    assert ByLink().following(page(), PLACES) is None
    with pytest.raises(DataError, match=r"the link to page 2 leads from https to http://api\.org/x"):
        ByLink().following(page(link="<http://api.org/x>; rel=next"), PLACES)
    with pytest.raises(DataError, match="the link to page 2 leads to a file: address"):
        ByLink(path="next").following(page({"next": "file:///etc/passwd"}), PLACES)


@pytest.mark.parametrize(
    ("body", "found"),
    [({"next": "?p=2"}, "https://api.org/items?p=2"), ({"next": None}, None), ({}, None), ({"next": ""}, None)],
)
def test_a_link_may_stand_in_the_body(body, found):
    following = ByLink(path="next").following(page(body), PLACES)
    assert (None if following is None else str(following)) == found


def test_what_is_no_link_is_an_error():
    with pytest.raises(DataError, match=r"paging\.path 'next' holds 7, which is no link"):
        ByLink(path="next").following(page({"next": 7}), PLACES)


@pytest.mark.parametrize(
    ("cursor", "found"),
    [("a b&c", "a b&c"), (7, "7"), ("", None), (None, None), (False, None)],
)
def test_a_cursor_is_sent_for_the_next_page(cursor, found):
    following = ByCursor("meta.next", "after").following(page({"meta": {"next": cursor}}), PLACES)
    assert (None if following is None else following.params["after"]) == found
    assert following is None or following.params["per_page"] == "2"


def test_the_cursor_before_is_replaced():
    url = URL.copy_set_param("after", "x")
    following = ByCursor("next", "after").following(page({"next": "y"}, url=url), PLACES)
    assert following is not None
    assert following.query == b"per_page=2&after=y"


def test_what_is_no_cursor_is_an_error():
    with pytest.raises(DataError, match=r"paging.path 'next' holds \['x'\], which is no cursor"):
        ByCursor("next", "after").following(page({"next": ["x"]}), PLACES)


def test_pages_by_number_end_with_the_first_empty_one():
    pages = ByPage(param="p", start=0)
    assert pages.first(URL).query == b"per_page=2&p=0"
    following = pages.following(page(number=4, count=1), PLACES)
    assert following is not None
    assert following.query == b"per_page=2&p=5"
    assert pages.following(page(count=0), PLACES) is None


def test_pages_of_a_known_size_end_with_the_first_short_one():
    assert ByPage(size=2).following(page(count=2), PLACES) is not None
    assert ByPage(size=2).following(page(count=1), PLACES) is None


def test_the_ways_to_page_are_declared_by_name():
    assert declared_paging(None) == OnePage()
    assert declared_paging({"by": "link"}) == ByLink()
    assert declared_paging({"by": "cursor", "path": "next", "param": "after"}) == ByCursor("next", "after")
    assert declared_paging({"by": "page", "start": 0, "size": 100, "max_pages": 3}) == ByPage("page", 0, 100, 3)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"by": "offset"}, "'offset' is no way to page. Offered: link, cursor, page."),
        ({}, "'None' is no way to page"),
        ({"by": "page", "parm": "p"}, "pages by page have no 'parm'. Did you mean 'param'?"),
        ({"by": "link", "param": "p"}, "pages by link have no 'param'"),
        ({"by": "cursor", "path": "next"}, "pages by cursor need 'param'."),
        ({"by": "cursor"}, "pages by cursor need 'path' and 'param'."),
        ({"by": "page", "start": "1"}, "paging.start: '1' is not a whole number."),
        ({"by": "page", "size": True}, "paging.size: True is not a whole number."),
        ({"by": "link", "path": 3}, "paging.path: 3 is not a text."),
    ],
)
def test_a_wrong_declaration_is_explained(declared, told):
    with pytest.raises(ConfigError) as caught:
        declared_paging(declared)
    assert told in str(caught.value)
