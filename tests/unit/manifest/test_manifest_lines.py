"""The lines of keys, in every way in which TOML can write them."""

from fairway.manifest import lines

TEXT = '''# a comment = 1
top.dotted."quoted key" = """
first
second"""  # end
'single.quoted' = 1

[ services . "web" ]
port = 3000  # [not.a.table]
health = { path = "/x", nested.deep = [1, { a = "}" }] }
list = [
  "one, [",  # comment ]
  "two",
]

[[fruit]]
name = "a"
[fruit.size]
mm = 1
[[fruit]]
name = "b"
[[fruit.variety]]
name = "c"
[fruit.size]
mm = 2
text = """""quotes"" inside""\\""""""
"\\u0061" = \'\'\'raw
lines\'\'\'
last = 1'''


def test_every_way_to_write_a_key_has_its_line() -> None:
    found = lines.index(TEXT)

    expected = {
        ("top", "dotted", "quoted key"): 2,
        ("single.quoted",): 5,
        ("services", "web"): 7,
        ("services", "web", "port"): 8,
        ("services", "web", "health", "path"): 9,
        ("services", "web", "health", "nested", "deep", 1, "a"): 9,
        ("services", "web", "list", 0): 11,
        ("services", "web", "list", 1): 12,
        ("fruit", 0, "name"): 16,
        ("fruit", 0, "size", "mm"): 18,
        ("fruit", 1, "name"): 20,
        ("fruit", 1, "variety", 0, "name"): 22,
        ("fruit", 1, "size", "mm"): 24,
        ("fruit", 1, "size", "text"): 25,
        ("fruit", 1, "size", "a"): 26,
        ("fruit", 1, "size", "last"): 28,
    }
    assert {path: found.get(path) for path in expected} == expected


def test_windows_line_ends_count_once() -> None:
    assert lines.index('a = 1\r\nb = """x\r\ny"""\r\nc = 3')[("c",)] == 4


def test_a_path_that_the_text_does_not_name_has_the_line_of_the_table_around_it() -> None:
    found = lines.index("[build]\n[services.web]\nport = 1")

    assert lines.line_of(found, ("services", "web", "cpu")) == 2
    assert lines.line_of(found, ("app",)) == 1
