"""The actions of an environment in fairway.toml: what comes of them, and what is refused with its line."""

import pytest

from fairway.domain.action import Command, Placed, Request
from fairway.errors import Finding, UsageError
from fairway.manifest.load import load

HEAD = 'app = "a"\n[environments.staging]\n[environments.production]\n'
BEGIN = "[[environments.staging.actions]]\n"
SMOKE = f'{BEGIN}name = "smoke"\ncommand = "npm run smoke"\noutputs = ["URL"]\n'
CHECK = '[[environments.production.actions]]\nname = "check"\ncommand = "./check"\n'


def only(text: str) -> Finding:
    with pytest.raises(UsageError) as caught:
        load(HEAD + text)
    assert len(caught.value.findings) == 1, caught.value.findings
    return caught.value.findings[0]


def test_an_action_has_its_defaults() -> None:
    app = load(HEAD + f'{BEGIN}name = "smoke"\ncommand = "npm run smoke:{{environment}}"\n')

    command = Command(name="smoke", command=("npm", "run", "smoke:staging"), timeout=300.0)
    assert app.environments[0].actions == (Placed(action=command),)
    assert app.environments[1].actions == ()


def test_an_action_is_read_whole() -> None:
    described = """\
[[environments.production.actions]]
name = "data-check"
command = ["node", "check.js"]
before = "deploy"
run_order = 3
timeout = "90s"
variables = { URL = "#{staging.smoke.URL}", COMMIT = "#{fairway.commit}" }
outputs = ["ROWS"]
artifacts = ["report/**"]
cpu = 0.5
memory = "64M"
"""

    app = load(HEAD + SMOKE + described)

    assert app.environments[1].actions == (
        Placed(
            action=Command(
                name="data-check",
                command=("node", "check.js"),
                order=3,
                timeout=90.0,
                variables={"URL": "#{staging.smoke.URL}", "COMMIT": "#{fairway.commit}"},
                outputs=("ROWS",),
                artifacts=("report/**",),
                cpu=0.5,
                memory=64 * 1024 * 1024,
            ),
            before=True,
        ),
    )


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        (f'{BEGIN}command = "x"\n', 4, "actions[0]", "an action needs a name"),
        (f'{BEGIN}name = "smoke"\n', 4, "actions[0]", "an action needs a command, or http"),
        (f'{BEGIN}name = "My Test"\ncommand = "x"\n', 5, "actions[0].name", "can't name an action: a name has"),
        (f'{BEGIN}name = "deploy"\ncommand = "x"\n', 5, "actions[0].name", "Fairway uses that name itself"),
        (f'{BEGIN}name = "approval"\ncommand = "x"\n', 5, "actions[0].name", "Fairway uses that name itself"),
        (
            f'{SMOKE}{BEGIN}name = "smoke"\ncommand = "x"\n',
            9,
            "actions[1].name",
            'an action "smoke" in this environment',
        ),
        (f'{SMOKE}before = "deploy"\nafter = "deploy"\n', 8, "actions[0].before", "before the deployment or after it"),
        (f'{SMOKE}after = "approval"\n', 8, "actions[0].after", 'expected "deploy", found the text "approval"'),
        (f'{SMOKE}artifacts = ["*.xml"]\n', 8, "actions[0].artifacts", "expected a list of patterns"),
        (f'{SMOKE}artifacts = ["../x"]\n', 8, "actions[0].artifacts", "expected a list of patterns"),
        (f"{SMOKE}run_order = 0\n", 8, "actions[0].run_order", "expected a whole number from 1 to 999"),
        (f'{SMOKE}timeout = "25h"\n', 8, "actions[0].timeout", "expected a duration"),
        (f"{SMOKE}memory = 5\n", 8, "actions[0].memory", "expected a size"),
        (f'{SMOKE}tiemout = "5m"\n', 8, "actions[0].tiemout", "unknown key"),
        (f"{SMOKE}variables = {{ A = 1 }}\n", 8, "actions[0].variables", "expected a table of variables"),
        (
            f'{BEGIN}name = "a"\ncommand = "x"\noutputs = ["1X"]\n',
            7,
            "actions[0].outputs",
            "expected a list of variables",
        ),
        (f'{BEGIN}name = "a"\ncommand = "x"\noutputs = ["A", "A"]\n', 7, "actions[0].outputs", "A is named twice"),
        (f'{BEGIN}name = "a"\ncommand = "curl #{{b.URL}}"\n', 6, "actions[0].command", "can't stand in a command"),
        ('[environments.staging.actions]\nname = "x"\n', 4, "actions", "expected a list of tables, found a table"),
    ],
)
def test_what_is_wrong_with_an_action_is_told_with_its_line(text: str, line: int, key: str, message: str) -> None:
    finding = only(text)

    assert (finding.line, finding.key) == (line, f"environments.staging.{key}")
    assert message in finding.message


@pytest.mark.parametrize(
    ("refers", "message"),
    [
        ("#{URL}", "#{URL} is no reference"),
        ("#{staging.nope.URL}", "there is no action nope in staging"),
        ("#{nowhere.smoke.URL}", "there is no action smoke in nowhere"),
        ("#{staging.smoke.TOKEN}", "smoke does not hand on TOKEN"),
        ("#{fairway.nope}", "#{fairway.nope} is not known"),
        ("#{check.SELF}", "#{check.SELF} is not there yet"),
    ],
)
def test_a_reference_to_what_nobody_hands_on_is_refused(refers: str, message: str) -> None:
    finding = only(f'{SMOKE}{CHECK}outputs = ["SELF"]\nvariables = {{ A = "{refers}" }}\n')

    assert (finding.line, finding.key) == (12, "environments.production.actions[0].variables.A")
    assert message in finding.message


@pytest.mark.parametrize(
    "other",
    [
        f'{BEGIN}name = "first"\ncommand = "x"\nvariables = {{ A = "#{{smoke.URL}}" }}\n',
        f'{BEGIN}name = "first"\ncommand = "x"\nbefore = "deploy"\nvariables = {{ A = "#{{smoke.URL}}" }}\n',
    ],
    ids=["beside it", "before it"],
)
def test_a_reference_to_an_action_that_has_not_surely_ended_is_refused(other: str) -> None:
    finding = only(SMOKE + other)

    assert "#{smoke.URL} is not there yet when this action begins" in finding.message
    assert finding.hint == "smoke has to run before it: a lower run_order, or an earlier stage"


def test_a_reference_to_a_later_stage_is_refused() -> None:
    text = SMOKE.replace("outputs", 'variables = { A = "#{production.check.ROWS}" }\noutputs')

    finding = only(text + CHECK + 'outputs = ["ROWS"]\n')

    assert "#{production.check.ROWS} is not there yet" in finding.message


def test_two_actions_that_wait_for_each_other_are_both_refused() -> None:
    one = f'{BEGIN}name = "one"\ncommand = "x"\noutputs = ["A"]\nvariables = {{ X = "#{{two.B}}" }}\n'
    two = f'{BEGIN}name = "two"\ncommand = "x"\noutputs = ["B"]\nvariables = {{ X = "#{{one.A}}" }}\n'

    with pytest.raises(UsageError) as caught:
        load(HEAD + one + two)

    assert [finding.line for finding in caught.value.findings] == [8, 13]


def test_a_later_order_may_refer_to_an_earlier_one() -> None:
    app = load(
        HEAD + SMOKE + f'{BEGIN}name = "use"\ncommand = "x"\nrun_order = 2\nvariables = {{ A = "#{{smoke.URL}}" }}\n'
    )

    assert [each.action.name for each in app.environments[0].actions] == ["smoke", "use"]


def test_an_environment_that_is_no_stage_may_refer_to_itself_and_to_stages_but_no_stage_to_it() -> None:
    preview = """\
[[environments.preview.actions]]
name = "seed"
command = "x"
outputs = ["ID"]
[[environments.preview.actions]]
name = "use"
command = "x"
run_order = 2
variables = { ID = "#{seed.ID}", URL = "#{staging.smoke.URL}" }
[pipeline]
stages = ["staging", "production"]
"""
    wrong = f'{BEGIN}name = "early"\ncommand = "x"\nvariables = {{ A = "#{{preview.seed.ID}}" }}\n'

    load(HEAD + SMOKE + preview)
    with pytest.raises(UsageError) as caught:
        load(HEAD + SMOKE + wrong + preview)

    (finding,) = caught.value.findings
    assert finding.message == "#{preview.seed.ID} is not there yet when this action begins"


def test_items_that_are_no_tables_keep_the_numbers_of_the_others() -> None:
    with pytest.raises(UsageError) as caught:
        load('app = "a"\n[environments.staging]\nactions = [1, 2, { name = "x" }]\n')

    assert [(each.key, each.message) for each in caught.value.findings] == [
        ("environments.staging.actions[0]", "expected a table, found the number 1"),
        ("environments.staging.actions[1]", "expected a table, found the number 2"),
        ("environments.staging.actions[2]", "an action needs a command, or http"),
    ]


def test_more_actions_than_a_stage_can_have_are_refused() -> None:
    many = "".join(f'{BEGIN}name = "a{number}"\ncommand = "x"\n' for number in range(51))

    assert only(many).message == "a stage has at most 50 actions; these are 51"


TELL = f'{BEGIN}name = "tell"\n'


def test_an_http_call_has_its_defaults_and_is_read_whole() -> None:
    whole = """\
[[environments.production.actions]]
name = "tell"
timeout = "5s"
http = { url = "#{variables.HOOK}", method = "PUT", headers = { X-App = "#{fairway.app}" }, body = "{}", expect = 204 }
"""

    app = load(HEAD + TELL + 'http = { url = "https://hooks.example.com/x" }\n' + whole)

    plain = Request(name="tell", url="https://hooks.example.com/x", timeout=30.0, method="POST")
    assert app.environments[0].actions == (Placed(action=plain),)
    assert app.environments[1].actions[0].action == Request(
        name="tell",
        url="#{variables.HOOK}",
        timeout=5.0,
        method="PUT",
        headers={"X-App": "#{fairway.app}"},
        body="{}",
        expect=204,
    )


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('command = "x"\nhttp = { url = "http://a.example" }', "http", "an action is a command or an HTTP call"),
        ("http = {}", "http", "url is missing"),
        ('http = "x"', "http", "expected a table, found"),
        ('http = { url = "ftp://a.example" }', "http.url", "expected an address"),
        ('http = { url = "http://a.example/ b" }', "http.url", "expected an address"),
        ('http = { url = "http://user:password@a.example" }', "http.url", "expected an address"),
        ('http = { url = "http://[::1" }', "http.url", "expected an address"),
        ('http = { url = "http://localhost:7878/api" }', "http.url", "does not call localhost: it is this host itself"),
        ('http = { url = "http://127.1.2.3/" }', "http.url", "does not call 127.1.2.3: it is this host itself"),
        ('http = { url = "http://[::ffff:127.0.0.1]/" }', "http.url", "it is this host itself"),
        ('http = { url = "http://169.254.169.254/latest" }', "http.url", "a cloud's metadata is"),
        ('http = { url = "http://a.example", method = "get" }', "http.method", "expected one of GET, POST"),
        ('http = { url = "http://a.example", expect = 99 }', "http.expect", "expected a whole number from 100 to 599"),
        (
            'http = { url = "http://a.example", headers = { Host = "b" } }',
            "http.headers",
            "expected a table of headers",
        ),
        (
            'http = { url = "http://a.example", headers = { A = "b\\n" } }',
            "http.headers",
            "expected a table of headers",
        ),
        ('http = { url = "http://a.example/#{nope.A}" }', "http.url", "there is no action nope in staging"),
        ('http = { url = "http://a.example", body = "#{nope.A}" }', "http.body", "there is no action nope in staging"),
        ('http = { url = "http://a.example" }\noutputs = ["A"]', "outputs", "outputs belongs to a command"),
    ],
)
def test_what_is_wrong_with_an_http_call_is_told(text: str, key: str, message: str) -> None:
    finding = only(f"{TELL}{text}\n")

    assert finding.key == f"environments.staging.actions[0].{key}"
    assert message in finding.message


def test_an_address_with_a_secret_is_not_repeated() -> None:
    finding = only(f'{TELL}http = {{ url = "htps://hooks.example.com/s3cret" }}\n')

    assert "s3cret" not in finding.message + finding.hint
