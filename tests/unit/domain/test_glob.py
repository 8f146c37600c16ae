"""Patterns of branches, tags and files, as CodePipeline describes them."""

import time

import pytest

from fairway.domain import glob


@pytest.mark.parametrize(
    ("pattern", "taken", "left"),
    [
        ("main", ["main"], ["mai", "main2", "x/main", ""]),
        ("*.java", ["a.java", ".java"], ["src/a.java", "a.jav"]),
        ("*.*", ["a.b", "."], ["ab"]),
        ("*.{java,class}", ["a.java", "b.class"], ["a.jar", "a.{java,class}"]),
        ("foo.?", ["foo.a"], ["foo.", "foo.ab", "foo./"]),
        ("**", ["a", "a/b/c", ""], []),
        ("directory/**", ["directory/a", "directory/a/b"], ["directory", "other/a"]),
        ("directory/*", ["directory/a"], ["directory/a/b"]),
        ("common/**/*.js", ["common/app.js", "common/a/b/app.js"], ["common/app.ts", "x/common/app.js"]),
        ("**/test", ["test", "a/test", "a/b/test"], ["atest", "a/btest"]),
        ("release/**/end", ["release/end", "release/1/end"], ["release/1end"]),
        ("a**b", ["ab", "a/x/b"], ["a/x/c"]),
        ("a***b", ["ab", "a/b"], ["ac"]),
        ("v[0-9]*", ["v1", "v2.3"], ["va", "v"]),
        ("v[!0-9]", ["va"], ["v1", "v/"]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[a-]", ["-", "a"], ["b"]),
        ("[!-a]", ["b"], ["-", "a"]),
        ("[*?\\]", ["*", "?", "\\"], ["a"]),
        ("\\*\\{a,b\\}", ["*{a,b}"], ["x{a,b}"]),
        ("{feature,fix/*}/**", ["feature/a", "fix/b/c"], ["fix/b", "feature"]),
        ("{,v}1", ["1", "v1"], ["w1"]),
        ("a,b}", ["a,b}"], ["a"]),
        (".*", [".env"], ["env"]),
        ("über/**", ["über/straße"], ["uber/strasse"]),
        ("fix/$(reboot);`id`", ["fix/$(reboot);`id`"], ["fix/"]),
    ],
)
def test_a_pattern_takes_whole_names(pattern, taken, left):
    assert [name for name in taken if not glob.matches(pattern, name)] == []
    assert [name for name in left if glob.matches(pattern, name)] == []


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("v[0-9", "not closed"),
        ("v[", "not closed"),
        ("v[]", "empty"),
        ("v[9-0]", "backwards"),
        ("v[a/b]", "slash"),
        ("{a,b", "not closed"),
        ("{a,{b,c}}", "another one inside"),
        ("a\\", "nothing after"),
    ],
)
def test_what_is_no_pattern_is_told_by_what_is_wrong(pattern, wrong):
    assert wrong in glob.problem(pattern)
    with pytest.raises(ValueError, match=wrong):
        glob.matches(pattern, "a")


def test_no_pattern_takes_longer_than_its_length_times_the_names():
    name, before = "a" * 250, time.process_time()

    found = glob.matches("*a" * 120 + "b", name) or glob.matches("{a*,*a}" * 30 + "b", name)

    # A regular expression of the first one would go back and forth for longer than anybody lives.
    assert not found
    assert time.process_time() - before < 10
