"""The page of a passage: complete, sealed against what strangers wrote, and dependent on nothing."""

import base64
import hashlib
from html.parser import HTMLParser

import pytest

from fairway.wire import guardpage, guardstyle
from fairway.wire.passages import Passage
from support.passage_values import ALL

VOID = {"meta"}


class Reader(HTMLParser):
    """Notes every tag with its attributes, and which are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(name: str) -> tuple[str, Reader]:
    passage, backup = ALL[name]
    page = guardpage.render(Passage.of(passage, backup).model_dump(mode="json"))
    reader = Reader()
    reader.feed(page)
    reader.close()
    return page, reader


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_page_is_whole(name: str) -> None:
    _, reader = read(name)

    assert (reader.open, reader.wrong) == ([], [])


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_page_has_anything_that_runs_or_is_fetched(name: str) -> None:
    page, reader = read(name)

    assert {tag for tag, _ in reader.tags}.isdisjoint(
        {"script", "img", "link", "iframe", "object", "form", "a", "base"}
    )
    names = {attribute for _, attributes in reader.tags for attribute in attributes}
    assert not {each for each in names if each.startswith("on")} | names & {"src", "href", "style"}
    assert "url(" not in page
    assert "@import" not in page
    assert "http://" not in guardstyle.STYLE


def test_a_hostile_text_is_shown_as_text_and_its_control_characters_are_not() -> None:
    page, reader = read("hostile")

    assert "<script>alert(1)</script>" in reader.text
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_policy_allows_the_one_style_of_the_page() -> None:
    page, _ = read("migrated")
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in guardstyle.POLICY
    assert f'content="{guardstyle.POLICY_IN_PAGE}"' in page
    assert guardstyle.POLICY.startswith("default-src 'none'")


def test_the_page_says_all_that_the_text_says() -> None:
    _, reader = read("migrated")

    for expected in (
        "3 migrations (knex)",
        "12 MB in 1.1 s, restored and compared: 14 tables, 81,204 rows equal",
        "require-concurrent-index-creation",
        "CREATE INDEX CONCURRENTLY orders_email ON orders (email);",
        "the lengths are promised to a partner",
        "public.orders: 4,000,000 rows, 1.2 GB",
        "column public.orders.number",
        "canceling statement due to lock timeout",
        "could not be read",
    ):
        assert expected in reader.text
