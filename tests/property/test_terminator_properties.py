"""Whatever a killed server or a person left in HAProxy, the next look brings its certificates into line."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.adapters.haproxy import secure
from fairway.adapters.haproxy.table import Presented, Table
from support.examples import examples

HOSTS = ("blog.test", "news.test", "shop.test")
FILES = {f"tls-{host[0]}{number}.pem": host for host in HOSTS for number in range(3)}


@dataclass
class Model:
    """HAProxy's own rules, as 2.6 has them: each command that breaks one fails the test."""

    stored: dict[str, bool] = field(default_factory=dict)
    """Each file, and whether there is something in it."""
    listed: dict[str, str] = field(default_factory=dict)
    open: str = ""

    def carry_out(self, command: str) -> None:
        first, _, payload = command.partition("\n")
        match first.split():
            case ["new", "ssl", "cert", file]:
                assert file not in self.stored
                self.stored[file] = False
            case ["set", "ssl", "cert", file, "<<"]:
                assert file in self.stored
                assert self.open in ("", file)
                assert payload == f"key of {file}\n"
                self.open = file
            case ["commit", "ssl", "cert", file]:
                assert self.open == file
                self.stored[file], self.open = True, ""
            case ["abort", "ssl", "cert", file]:
                assert self.open == file
                self.open = ""
            case ["add", "ssl", "crt-list", secure.LIST, "<<"]:
                file, host = payload.split()
                assert self.stored[file]
                self.listed[file] = host
            case ["del", "ssl", "crt-list", secure.LIST, file]:
                del self.listed[file]
            case ["del", "ssl", "cert", file]:
                assert file not in self.listed
                assert self.open != file
                del self.stored[file]
            case _:
                raise AssertionError(command)

    @property
    def seen(self) -> secure.Seen:
        """What HAProxy says of itself, read from its own words."""
        listed = "".join(f"{file} {host}\n" for file, host in self.listed.items())
        opened = f"# transaction\n*{self.open}\n" if self.open else ""
        stored = "".join(f"{file}\n" for file in self.stored)
        return secure.parse(f"# {secure.LIST}\n{listed}", f"{opened}# filename\n{stored}")


@st.composite
def models(draw: st.DrawFn) -> Model:
    stored = draw(st.dictionaries(st.sampled_from(sorted(FILES)), st.booleans()))
    full = [file for file, filled in stored.items() if filled]
    listed = draw(st.lists(st.sampled_from(full), unique=True)) if full else []
    opened = draw(st.sampled_from(["", *stored]))
    return Model(stored=stored, listed={file: FILES[file] for file in listed}, open=opened)


wanted_files = st.lists(st.sampled_from(sorted(FILES)), unique_by=FILES.__getitem__)


@settings(max_examples=examples(300))
@given(model=models(), files=wanted_files, lost=st.sets(st.sampled_from(sorted(FILES)), max_size=1))
def test_what_haproxy_has_becomes_what_is_wanted_and_no_host_is_without_meanwhile(
    model: Model, files: list[str], lost: set[str]
) -> None:
    table = Table()
    for file in files:
        table = table.presenting(Presented(host=FILES[file], file=file, fingerprint="f"))
    before = set(model.listed.values())
    ready = {file for file in files if file in model.listed or file not in lost}
    hosts = {FILES[file] for file in ready}

    for command in secure.commands(table, model.seen, lambda file: None if file in lost else f"key of {file}\n"):
        model.carry_out(command)
        assert before & hosts <= set(model.listed.values())

    assert model.listed == {file: FILES[file] for file in ready}
    assert {file for file in model.stored if file not in lost} == ready - lost
    assert model.open == ""
    assert secure.commands(table, model.seen, lambda _: None) == []
