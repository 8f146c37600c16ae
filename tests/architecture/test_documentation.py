"""Nothing is undocumented: settings, words, decisions."""

import re
from pathlib import Path

from fairway import settings

ROOT = Path(__file__).parents[2]


def test_every_setting_that_the_code_reads_is_in_the_reference() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()
    source = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r'"(FAIRWAY_[A-Z_]+)"', source)) - given_to_tasks()

    missing = {name for name in read if f"`{name}`" not in page}

    assert {*settings.PORTS.values(), *settings.TEXTS.values()} <= {*read, "DOCKER_HOST"}
    assert missing == set()


def given_to_tasks() -> set[str]:
    """The variables that Fairway sets rather than reads; they have a page of their own."""
    page = (ROOT / "docs/reference/variables-given-to-tasks.md").read_text()
    return set(re.findall(r"`(FAIRWAY_[A-Z_]+)`", page))


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []


def test_every_decision_says_what_why_and_what_follows() -> None:
    for page in (ROOT / "docs/decisions").glob("*.md"):
        text = page.read_text()
        assert all(f"**{part}.**" in text for part in ("Decision", "Why", "What follows")), page.name


def test_every_rule_of_ecs_names_places_and_tests_that_there_are() -> None:
    page = (ROOT / "docs/explanation/ecs-rules.md").read_text()
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    places = set(re.findall(r"`([a-z]+(?:/[a-z_]+)*(?:\.py)?)` \|", page)) | set(
        re.findall(r"`(domain/[a-z_]+\.py)`", page)
    )

    unknown = [name for name in re.findall(r"`(test_\w+)`", page) if f"def {name}(" not in tests]

    assert unknown == []
    assert [place for place in places if not (ROOT / "src/fairway" / place).exists()] == []
