"""Versions, package managers, builds and workspaces of Node.js repositories."""

import json

import pytest

from fairway.build.detect import detect
from fairway.domain.detection import Kind, Manager, NodeInstall
from support.detect_room import Files, detected, package

START = {"start": "node a.js"}


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({".nvmrc": "v20.11.1\n"}, "20.11.1"),
        ({".nvmrc": "18"}, "18"),
        ({".nvmrc": "lts/iron"}, "20"),
        ({".nvmrc": "lts/*"}, "22"),
        ({".node-version": "# ours\n16.20\n"}, "16.20"),
        ({".tool-versions": "python 3.11\nnodejs 20.9.0\n"}, "20.9.0"),
        ({"mise.toml": "[tools]\npython = '3.12'\nnode = '20'\n"}, "20"),
        ({".mise.toml": '[tools]\n"node" = ["20.9", "18"]\n'}, "20.9"),
        ({".prototools": 'node = "20.9.0"\n'}, "20.9.0"),
        ({"mise.toml": '[tools]\nnode = { version = "20", postinstall = "x" }\n'}, "20"),
        ({"mise.toml": '[env]\nnode = "20"\n[tools]\nnode = 18\n'}, "18"),
        ({"mise.toml": '[tools.node]\nversion = "20.9"\n'}, "20.9"),
        ({"mise.toml": '[settings]\nnode = "20"\n'}, "22"),
        ({".nvmrc": "18", "mise.toml": "[tools]\nnode = '20'\n"}, "18"),
        ({"engines": ">=18"}, "22"),
        ({"engines": ">=18 <21"}, "20"),
        ({"engines": "^18.17.0 || ^20"}, "20"),
        ({"engines": "14.x"}, "14"),
        ({"engines": "16 - 18"}, "18"),
        ({"engines": "~20.11.0"}, "20.11"),
        ({"engines": "12.18.4"}, "12.18.4"),
        ({"engines": "v18"}, "18"),
        ({"engines": "4.0.0"}, "22"),
        ({"engines": "whatever"}, "22"),
        ({".nvmrc": "18", "engines": ">=20"}, "18"),
        ({"wanted": {"runtime": {"name": "node", "version": "^20.11.0"}}, "engines": ">=18"}, "20"),
        ({"wanted": {"runtime": [{"name": "bun", "version": "1"}, {"name": "node", "version": "24.x"}]}}, "24"),
        ({"wanted": {"runtime": {"name": "node"}}, "engines": "18.x"}, "18"),
        ({"wanted": {"runtime": {"name": "node", "version": "24"}}, ".nvmrc": "20"}, "20"),
        ({"wanted": {"runtime": "node"}}, "22"),
        ({}, "22"),
    ],
)
def test_the_node_version_comes_from_the_file_that_developers_use(files: dict[str, object], version: str) -> None:
    engines = {"node": files["engines"]} if "engines" in files else {}
    texts = {name: text for name, text in files.items() if isinstance(text, str) and name != "engines"}
    manifest = package(scripts=START, engines=engines, devEngines=files.get("wanted"))

    detection = detected({"package.json": manifest, "a.js": "", **texts})

    assert detection.runtime is not None
    assert detection.runtime.version == version


@pytest.mark.parametrize(("wanted", "version"), [({"runtime": {"name": "node", "version": "20"}}, "20"), ({}, "18")])
def test_what_the_root_s_install_insists_on_wins_over_the_advice_of_a_workspace(
    wanted: dict[str, object], version: str
) -> None:
    member = package(scripts=START, engines={"node": "18"}, dependencies={"express": "4"})

    detection = detected(
        {"package.json": package(workspaces=["a"], devEngines=wanted), "a/package.json": member, "a/a.js": ""}
    )

    assert detection.runtime is not None
    assert detection.runtime.version == version


def test_an_engines_range_that_no_node_satisfies_is_said() -> None:
    detection = detected({"package.json": package(scripts=START, engines={"node": "4.0.0"}), "a.js": ""})

    assert any("4.0.0" in note for note in detection.notes)


PNPM_9 = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      ms:\n        specifier: 2\n"
PNPM_6 = "lockfileVersion: '6.0'\ndependencies:\n  ms:\n    specifier: 2\n"
BERRY_8 = '__metadata:\n  version: 8\n\n"ms@npm:2":\n'
LOCK = json.dumps({"lockfileVersion": 3, "packages": {"": {"dependencies": {"ms": "2"}}}})


@pytest.mark.parametrize(
    ("files", "manager", "version", "lock"),
    [
        ({"package-lock.json": LOCK}, Manager.NPM, None, "package-lock.json"),
        ({"npm-shrinkwrap.json": LOCK}, Manager.NPM, None, "npm-shrinkwrap.json"),
        ({"yarn.lock": "# yarn lockfile v1\n\nms@2:\n  version 2\n"}, Manager.YARN, "1.22.22", "yarn.lock"),
        ({"yarn.lock": BERRY_8}, Manager.BERRY, "4", "yarn.lock"),
        ({"yarn.lock": '__metadata:\n  version: 6\n\n"ms@npm:2":\n'}, Manager.BERRY, "3", "yarn.lock"),
        (
            {"yarn.lock": BERRY_8, ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.5.1.cjs\n"},
            Manager.BERRY,
            "4.5.1",
            "yarn.lock",
        ),
        ({"pnpm-lock.yaml": PNPM_9}, Manager.PNPM, "9", "pnpm-lock.yaml"),
        ({"pnpm-lock.yaml": PNPM_6}, Manager.PNPM, "8", "pnpm-lock.yaml"),
        ({"pnpm-lock.yaml": "lockfileVersion: 5.4\nspecifiers:\n  ms: 2\n"}, Manager.PNPM, "7", "pnpm-lock.yaml"),
        (
            {"pnpm-lock.yaml": PNPM_9, "pnpm-workspace.yaml": "onlyBuiltDependencies:\n  - bcrypt\n"},
            Manager.PNPM,
            "10",
            "pnpm-lock.yaml",
        ),
        ({"manager": "pnpm@9.1.4+sha512.abc", "pnpm-lock.yaml": PNPM_9}, Manager.PNPM, "9.1.4", "pnpm-lock.yaml"),
        ({"manager": "yarn@4.5.0", "yarn.lock": BERRY_8}, Manager.BERRY, "4.5.0", "yarn.lock"),
        ({"manager": "npm@10.2.0", "package-lock.json": LOCK}, Manager.NPM, "10.2.0", "package-lock.json"),
        ({"wanted": ("pnpm", "9.15.0"), "pnpm-lock.yaml": PNPM_9}, Manager.PNPM, "9.15.0", "pnpm-lock.yaml"),
        ({"wanted": ("pnpm", ">=10.2"), "pnpm-lock.yaml": PNPM_9}, Manager.PNPM, "10", "pnpm-lock.yaml"),
        ({"wanted": ("yarn", "^4.0.0"), "yarn.lock": BERRY_8}, Manager.BERRY, "4", "yarn.lock"),
        ({"wanted": ("npm", "*"), "package-lock.json": LOCK}, Manager.NPM, None, "package-lock.json"),
        ({"wanted": ("npm", "^11"), "package-lock.json": LOCK}, Manager.NPM, "11", "package-lock.json"),
        ({"wanted": ("bun", "1"), "package-lock.json": LOCK}, Manager.NPM, None, "package-lock.json"),
        (
            {"manager": "pnpm@9.1.4", "wanted": ("pnpm", "10"), "pnpm-lock.yaml": PNPM_9},
            Manager.PNPM,
            "9.1.4",
            "pnpm-lock.yaml",
        ),
        ({}, Manager.NPM, "11", None),
        ({".nvmrc": "24"}, Manager.NPM, None, None),
        ({".nvmrc": "18"}, Manager.NPM, None, None),
    ],
)
def test_the_package_manager_is_pinned_or_read_from_its_lock_file(
    files: dict[str, str | tuple[str, str]], manager: Manager, version: str | None, lock: str | None
) -> None:
    asked = files.get("wanted")
    name, wanted = asked if isinstance(asked, tuple) else ("", "")
    manifest = package(
        scripts=START,
        packageManager=files.get("manager", ""),
        devEngines={"packageManager": {"name": name, "version": wanted}} if name else {},
        dependencies={"ms": "2"},
    )
    texts = {path: text for path, text in files.items() if isinstance(text, str) and path != "manager"}

    detection = detected({"package.json": manifest, "a.js": "", **texts})

    assert detection.packages is not None
    assert (detection.packages.manager, detection.packages.version, detection.packages.lock) == (manager, version, lock)
    assert [problem.what for problem in detection.problems] == ([] if lock else ["there is no lock file for npm"])


def test_of_two_lock_files_the_complete_one_is_used_and_both_are_named() -> None:
    detection = detected(
        {
            "package.json": package(scripts=START, dependencies={"ms": "2", "express": "4"}),
            "a.js": "",
            "yarn.lock": "ms@2:\n  version 2\n",
            "package-lock.json": json.dumps({"packages": {"": {"dependencies": {"ms": "2", "express": "4"}}}}),
        }
    )

    assert detection.packages is not None
    assert detection.packages.lock == "package-lock.json"
    assert [problem.fix for problem in detection.problems] == ["git rm yarn.lock"]


@pytest.mark.parametrize(
    ("yarn", "lock"),
    [
        ('express@^3.0.0:\n  version "3.0.0"\n', "package-lock.json"),
        ('"express@npm:^3.0.0":\n  version: 3.0.0\n', "package-lock.json"),
        ('express@4.x, express@^4.19.2:\n  version "4.19.2"\n', "yarn.lock"),
        ('"express@npm:4, express@npm:^4.19.2":\n  version: 4.19.2\n', "yarn.lock"),
    ],
)
def test_of_two_lock_files_one_with_other_ranges_than_package_json_is_stale(yarn: str, lock: str) -> None:
    wanted = {"express": "^4.19.2"}
    detection = detected(
        {
            "package.json": package(scripts=START, dependencies=wanted),
            "a.js": "",
            "yarn.lock": yarn,
            "package-lock.json": json.dumps({"packages": {"": {"dependencies": wanted}}}),
        }
    )

    assert detection.packages is not None
    assert detection.packages.lock == lock


def test_yarns_lock_file_is_not_judged_by_ranges_that_resolutions_replace() -> None:
    wanted = {"express": "^4.19.2"}
    detection = detected(
        {
            "package.json": package(scripts=START, dependencies=wanted, resolutions={"express": "4.19.2"}),
            "a.js": "",
            "yarn.lock": 'express@4.19.2:\n  version "4.19.2"\n',
            "package-lock.json": json.dumps({"packages": {"": {"dependencies": wanted}}}),
        }
    )

    assert detection.packages is not None
    assert detection.packages.lock == "yarn.lock"


def test_a_lock_file_that_lacks_a_dependency_is_named_before_the_build_fails() -> None:
    detection = detected(
        {
            "package.json": package(scripts=START, dependencies={"ms": "2", "express": "4"}),
            "a.js": "",
            "package-lock.json": LOCK,
        }
    )

    assert [problem.what for problem in detection.problems] == [
        "package-lock.json does not match package.json: express"
    ]


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        ({"lockfileVersion": 1}, True),
        (
            {
                "lockfileVersion": 3,
                "packages": {"node_modules/a": {"version": "1.0.0", "peerDependencies": {"b": "^1"}}},
            },
            True,
        ),
        (
            {"packages": {"node_modules/a": {"peerDependencies": {"b": "^1"}}, "node_modules/b": {"version": "2.0.0"}}},
            True,
        ),
        (
            {"packages": {"node_modules/a": {"peerDependencies": {"b": "^1"}}, "node_modules/b": {"version": "1.9.0"}}},
            False,
        ),
        (
            {
                "packages": {
                    "node_modules/a": {
                        "peerDependencies": {"b": "^1"},
                        "peerDependenciesMeta": {"b": {"optional": True}},
                    }
                }
            },
            False,
        ),
    ],
)
def test_a_lock_made_without_peer_dependencies_is_installed_without_them(
    lock: dict[str, object], expected: bool
) -> None:
    detection = detected({"package.json": package(scripts=START), "a.js": "", "package-lock.json": json.dumps(lock)})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.legacy_peers is expected


@pytest.mark.parametrize(
    ("scripts", "build", "left"),
    [
        ({"build": "tsc"}, "npm run build", ""),
        ({"build:prod": "tsc -p x"}, "npm run build:prod", ""),
        ({"build": "prisma migrate reset -f"}, None, "prisma migrate reset -f"),
        ({"build": "prisma generate && prisma db push && tsc"}, "prisma generate && tsc", "prisma db push"),
        ({"build": "tsc && npm run db", "db": "sequelize db:migrate"}, "tsc", "sequelize db:migrate"),
        ({"build": "npm run x && tsc", "x": "echo a && knex migrate:latest"}, "echo a && tsc", "knex migrate:latest"),
        ({"build": "tsc", "postbuild": "typeorm migration:run -d x"}, "tsc", "typeorm migration:run -d x"),
    ],
)
def test_a_build_never_touches_a_database(scripts: dict[str, str], build: str | None, left: str) -> None:
    detection = detected({"package.json": package(scripts={**START, **scripts}), "a.js": "", "package-lock.json": "{}"})

    assert (detection.build.command if detection.build else None) == build
    assert any(left in problem.what for problem in detection.problems) or not left


@pytest.mark.parametrize(
    ("scripts", "build"),
    [
        ({"build:server": "tsc -p tsconfig.server.json", "build:page": "vite build"}, "npm run build:server"),
        ({"build:all": "nx run-many -t build"}, "npm run build:all"),
        ({"build:page": "vite build"}, "tsc"),
        ({"build:server": "prisma db push && tsc -p x"}, "tsc"),
        ({"build": "tsc -b", "build:server": "tsc"}, "npm run build"),
    ],
)
def test_a_build_script_named_for_the_server_makes_what_the_start_needs(scripts: dict[str, str], build: str) -> None:
    files = {
        "package.json": package(scripts={"start": "node dist/a.js", **scripts}, devDependencies={"typescript": "5"}),
        "package-lock.json": "{}",
        "tsconfig.json": "{}",
        "a.ts": "",
    }

    detection = detected(files)

    assert detection.build is not None
    assert detection.build.command == build


def test_what_the_start_does_not_need_is_not_built_by_such_a_script() -> None:
    detection = detected({"package.json": package(scripts={**START, "build:server": "tsc"}), "a.js": ""})

    assert detection.build is None


def test_typescript_without_a_build_script_is_compiled_where_the_start_needs_it() -> None:
    detection = detected(
        {
            "package.json": package(scripts={"start": "node dist/a.js"}, devDependencies={"typescript": "5"}),
            "tsconfig.json": "{}",
            "a.ts": "",
        }
    )

    assert detection.build is not None
    assert detection.build.command == "tsc"


def test_a_hook_that_calls_a_guard_by_another_script_is_left_out_too() -> None:
    scripts = {**START, "prepare": "yarn run protect", "protect": "snyk protect"}

    detection = detected({"package.json": package(scripts=scripts), "a.js": ""})

    assert detection.install is not None
    assert detection.install.after_copy == ()


def test_install_hooks_wait_for_the_sources_and_git_hooks_are_left_out() -> None:
    scripts = {**START, "prepare": "husky install", "postinstall": "patch-package && node make.js", "build": "tsc"}
    detection = detected(
        {
            "package.json": package(scripts=scripts, devDependencies={"patch-package": "8"}),
            "a.js": "",
            "patches/ms+2.patch": "",
        }
    )

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.hooked == ("package.json",)
    assert detection.install.after_copy == ("node make.js",)
    assert detection.install.patched
    assert "patches/" in detection.install.manifests


GUARDED = 'if [ -z "$CI" ]; then npm run words; fi'


@pytest.mark.parametrize(
    ("hook", "kept"),
    [
        ("[ -d .git ] && husky || true", ()),
        ('if [ "$NODE_ENV" != "production" ] && [ "$CI" != "true" ]; then husky install; fi', ()),
        ("is-ci || husky install", ()),
        ("husky install || true", ()),
        (GUARDED, (GUARDED,)),
        ("npm run words || true", ("npm run words || true",)),
        ('[ -n "$SEED" ] && node make.js', ('[ -n "$SEED" ] && node make.js',)),
        ("if true; then prisma migrate deploy && node make.js; fi", ()),
        ("husky && node make.js", ("node make.js",)),
        ("husky && if [ ! -d dist ]; then node make.js; fi", ("if [ ! -d dist ]; then node make.js; fi",)),
        ("husky && if [ ! -d dist ]; then npm run build; fi", ()),
    ],
)
def test_a_hook_that_decides_something_is_kept_or_left_out_as_a_whole(hook: str, kept: tuple[str, ...]) -> None:
    scripts = {**START, "prepare": hook, "words": "node w.js", "build": "tsc"}

    detection = detected({"package.json": package(scripts=scripts), "a.js": ""})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.after_copy == kept


def test_a_hook_that_calls_the_build_does_not_build_twice() -> None:
    detection = detected(
        {"package.json": package(scripts={**START, "prepare": "npm run build", "build": "tsc"}), "a.js": ""}
    )

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.after_copy == ()


@pytest.mark.parametrize(
    ("schema", "in_modules"),
    [
        ('generator client {\n provider = "prisma-client-js"\n}', True),
        ('generator client {\n provider = "prisma-client"\n output = "../src/generated"\n}', False),
        ('generator client {\n output = "../node_modules/.prisma/x"\n}', True),
    ],
)
def test_prismas_client_is_generated_where_its_schema_says(schema: str, in_modules: bool) -> None:
    detection = detected(
        {
            "package.json": package(scripts=START, dependencies={"@prisma/client": "6", "prisma": "6"}),
            "a.js": "",
            "prisma/schema.prisma": schema,
        }
    )

    assert isinstance(detection.install, NodeInstall)
    assert (detection.install.prisma, detection.install.in_modules) == ("prisma/", in_modules)


def test_native_modules_ask_for_a_compiler() -> None:
    detection = detected(
        {"package.json": package(scripts=START, dependencies={"bcrypt": "5", "express": "4"}), "a.js": ""}
    )

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.native == ("bcrypt",)


def test_a_build_that_asks_git_keeps_git() -> None:
    detection = detected(
        {"package.json": package(scripts={**START, "build": "git rev-parse HEAD > v && tsc"}), "a.js": ""}
    )

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.git


WORKSPACE = {
    "package.json": package(private=True, workspaces=["packages/*"], scripts={"build": "turbo run build"}),
    "packages/web/package.json": package(name="web", scripts={"start": "vite"}, dependencies={"react": "18"}),
    "packages/api/package.json": package(name="@x/api", scripts=START, dependencies={"express": "4", "@x/lib": "*"}),
    "packages/api/a.js": "require('express')().listen(process.env.PORT || 4000)",
    "packages/lib/package.json": package(name="@x/lib", scripts={"build": "tsc"}, dependencies={"@x/deep": "*"}),
    "packages/deep/package.json": package(name="@x/deep", scripts={"build": "tsc"}),
}


def test_the_backend_of_a_workspace_is_found_and_what_it_needs_is_built_first() -> None:
    detection = detected(WORKSPACE)

    assert (detection.context, detection.directory) == (".", "packages/api")
    assert isinstance(detection.install, NodeInstall)
    assert detection.install.before_build == ("npm run build --workspace=@x/deep", "npm run build --workspace=@x/lib")
    assert "packages/web/package.json" in detection.install.manifests
    assert detection.port is not None
    assert detection.port.where == "packages/api/a.js:1"


def test_the_root_start_script_chooses_the_workspace() -> None:
    files = {
        **WORKSPACE,
        "package.json": package(workspaces=["packages/*"], scripts={"start": "npm run start --workspace=@x/lib"}),
    }
    files["packages/lib/package.json"] = package(name="@x/lib", scripts=START)
    files["packages/lib/a.js"] = ""

    assert detected(files).directory == "packages/lib"


def test_pnpm_workspaces_are_read_from_their_own_file() -> None:
    files = {
        **WORKSPACE,
        "package.json": package(private=True),
        "pnpm-workspace.yaml": "packages:\n  - 'packages/*'\n  - '!packages/web'\n",
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    }

    detection = detected(files)

    assert detection.directory == "packages/api"
    assert "packages/web" not in [item.directory for item in detection.workspaces]
    assert isinstance(detection.install, NodeInstall)
    assert detection.install.before_build[0] == "pnpm --filter @x/deep run build"


@pytest.mark.parametrize(
    "start", ["cd server && npm start", "npm start --prefix server", "npm --prefix ./server start"]
)
def test_a_root_that_hands_over_to_a_subfolder_is_followed(start: str) -> None:
    detection = detected(
        {
            "package.json": package(scripts={"start": start}),
            "server/package.json": package(scripts=START),
            "server/a.js": "",
            "server/package-lock.json": "{}",
        }
    )

    assert (detection.context, detection.directory) == ("server", "server")
    assert detection.start is not None
    assert detection.start.command == ("node", "a.js")
    assert detection.start.where.startswith("server/package.json")


def test_a_workspaces_own_dockerfile_is_named_with_the_line_that_takes_it() -> None:
    dockerfile = "FROM node:22\nCOPY packages/api .\nCMD node a.js\n"

    notes = detected({**WORKSPACE, "packages/api/Dockerfile": dockerfile}).notes
    taken = detect.detect(
        Files({**WORKSPACE, "packages/api/Dockerfile": dockerfile}), dockerfile="packages/api/Dockerfile"
    )

    assert any('[build] dockerfile = "packages/api/Dockerfile"' in note for note in notes)
    assert (taken.kind, taken.context, taken.defaults.port) == (Kind.DOCKERFILE, ".", 4000)
    assert not any("is not used" in note for note in detected(WORKSPACE).notes)


def test_an_app_in_a_subfolder_is_found() -> None:
    detection = detected(
        {"README.md": "", "app/package.json": package(scripts=START, dependencies={"express": "4"}), "app/a.js": ""}
    )

    assert (detection.kind, detection.context, detection.directory) == (Kind.NODE, "app", "app")


def test_of_two_folders_the_backend_is_deployed_and_not_the_page_before_it() -> None:
    detection = detected(
        {
            "book/client/package.json": package(scripts={"start": "react-scripts start"}),
            "book/site/package.json": package(scripts={"start": "next start"}, dependencies={"next": "15"}),
            "book/zebra/package.json": package(scripts={"start": "node a.js"}, dependencies={"express": "5"}),
            "book/zebra/a.js": "",
        }
    )

    assert detection.directory == "book/zebra"
    assert not [note for note in detection.notes if "could be" in note]


PAGE = package(scripts={"start": "react-scripts start"}, dependencies={"react": "18", "react-scripts": "5"})


def test_a_page_in_the_root_gives_way_to_the_backend_in_a_folder() -> None:
    detection = detected(
        {
            "package.json": PAGE,
            "src/index.js": "import React from 'react'",
            "api/package.json": package(scripts={"start": "strapi start"}, dependencies={"@strapi/strapi": "4"}),
            "widgets/package.json": PAGE,
        }
    )

    assert (detection.directory, detection.framework) == ("api", "Strapi")


def test_what_lies_in_the_sources_of_a_page_is_not_started() -> None:
    alone = detected({"package.json": PAGE, "src/index.js": "import React from 'react'", "widgets/package.json": PAGE})
    served = detected(
        {
            "package.json": package(scripts={"start": "vite"}, dependencies={"express": "5"}),
            "server.js": "",
            "src/index.js": "",
        }
    )

    assert alone.start is not None and served.start is not None
    assert (alone.directory, alone.start.command) == (".", ("react-scripts", "start"))
    assert served.start.command == ("node", "server.js")


def test_a_database_s_own_image_is_not_taken_for_the_app() -> None:
    detection = detected(
        {
            "db/Dockerfile": "FROM postgres:16\nCOPY a.sql /\n",
            "db/a.sql": "",
            "front/Dockerfile": "FROM node:22 AS b\nFROM nginx:1\n",
            "shop/package.json": package(scripts={"start": "node a.js"}),
            "shop/a.js": "",
        }
    )

    assert detection.directory == "shop"


def test_several_backends_are_named_with_the_line_that_chooses_another() -> None:
    flask = {"requirements.txt": "flask==3\n", "app.py": "app = Flask(__name__)"}

    detection = detected({f"{folder}/{name}": text for folder in ("ask", "bid") for name, text in flask.items()})

    assert detection.directory == "ask"
    assert 'ask is deployed; bid could be as well: [build] directory = "bid"' in detection.notes


@pytest.mark.parametrize("content", ["{ nope", "[]", "", b"\xff\xfe\x00", "[" * 100_000])
def test_a_broken_package_json_is_fatal_and_not_a_crash(content: str | bytes) -> None:
    detection = detected({"package.json": content})

    assert [problem.what for problem in detection.fatal] == ["package.json can't be read"]


def test_a_byte_order_mark_and_odd_types_are_read_through() -> None:
    content = "\ufeff" + json.dumps(
        {"scripts": {"start": "node a.js", "x": 3}, "dependencies": None, "workspaces": 7, "engines": ["node"]}
    )

    assert detected({"package.json": content, "a.js": ""}).start is not None


def test_nothing_to_build_is_fatal_and_says_what_was_looked_for() -> None:
    detection = detected({"README.md": ""})

    assert detection.kind is Kind.UNKNOWN
    assert "package.json" in detection.fatal[0].why


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("deno.json", "written for Deno"),
        ("bunfig.toml", "written for Bun"),
        ("go.mod", "written for Go"),
        ("server/Cargo.toml", "written for Rust"),
        ("Shop.csproj", "written for .NET"),
        ("compose.yaml", "describes containers"),
    ],
)
def test_an_app_of_another_language_is_refused_by_its_name_and_file(file: str, what: str) -> None:
    problem = detected({"README.md": "", file: "", "a/b/c/Gemfile": ""}).fatal[0]

    assert what in problem.what
    assert file in problem.why and "Dockerfile" in problem.fix


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("jest", "npm test"),
        ('echo "Error: no test specified" && exit 1', None),
        ("jest --watch", None),
        ("react-scripts test --watchAll=false", "npm test"),
    ],
)
def test_the_test_script_is_proposed_when_it_ends_by_itself(text: str, command: str | None) -> None:
    assert detected({"package.json": package(scripts={**START, "test": text}), "a.js": ""}).test == command


@pytest.mark.parametrize(
    ("manager", "more", "named"),
    [
        ("pnpm@10.1.0", {}, True),
        ("pnpm@10.1.0", {"pnpm": {"onlyBuiltDependencies": ["bcrypt"]}}, False),
        ("pnpm@9.1.0", {}, False),
    ],
)
def test_a_native_module_that_pnpm_leaves_unbuilt_is_named(manager: str, more: dict[str, object], named: bool) -> None:
    manifest = package(scripts=START, dependencies={"bcrypt": "5"}, packageManager=manager, **more)

    detection = detected(
        {"package.json": manifest, "a.js": "", "pnpm-lock.yaml": "lockfileVersion: '9.0'\n  bcrypt:\n"}
    )

    assert any("does not build bcrypt" in problem.what for problem in detection.problems) is named


@pytest.mark.parametrize(("version", "engines"), [("^6.1.0", True), ("7.0.0", False), ("latest", False)])
def test_prisma_before_version_7_needs_its_engines(version: str, engines: bool) -> None:
    manifest = package(scripts=START, dependencies={"prisma": version})

    detection = detected({"package.json": manifest, "a.js": "", "prisma/schema.prisma": ""})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.engines is engines


@pytest.mark.parametrize(
    ("address", "fetched"),
    [
        ("github:a/b", True),
        ("git+https://git.example.com/a/b.git#v1", True),
        ("a/b#main", True),
        ("^1.0.0", False),
        ("file:../b", False),
        ("npm:@a/b@1", False),
        ("workspace:*", False),
    ],
)
def test_a_dependency_from_a_git_repository_brings_git_into_the_build(address: str, fetched: bool) -> None:
    detection = detected({"package.json": package(scripts=START, dependencies={"x": address}), "a.js": ""})

    assert detection.install is not None
    assert detection.install.git is fetched
