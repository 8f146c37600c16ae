"""The start command: the process itself, and never a package manager in front of it."""

import json

import pytest

from fairway.build.recipe import recipe
from fairway.domain.detection import NodeInstall
from support.detect_room import detected, package

CASES: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
    ("a plain script is a list", {"start": "node server.js"}, ("node", "server.js")),
    ("a quoted argument is one word", {"start": "node server.js --name 'a b'"}, ("node", "server.js", "--name", "a b")),
    ("NODE_ENV=production is the image's", {"start": "NODE_ENV=production node server.js"}, ("node", "server.js")),
    (
        "cross-env is its assignments",
        {"start": "cross-env A=1 node server.js"},
        ("sh", "-c", "A=1 exec node server.js"),
    ),
    ("env-cmd is left out", {"start": "env-cmd -f .env node server.js"}, ("node", "server.js")),
    ("dotenv-cli is left out", {"start": "dotenv -e ../.env -- node server.js"}, ("node", "server.js")),
    ("dotenv-cli without dashes too", {"start": "dotenv -e .env node server.js -v"}, ("node", "server.js", "-v")),
    (
        "what dotenv-cli sets itself stays",
        {"start": "dotenv -v A=1 -e .env -- node server.js"},
        ("sh", "-c", "A=1 exec node server.js"),
    ),
    ("dotenv-cli that only prints stays", {"start": "dotenv -p A"}, ("dotenv", "-p", "A")),
    ("a script that calls a script", {"start": "npm run x", "x": "node server.js"}, ("node", "server.js")),
    (
        "arguments are passed on",
        {"start": "npm run x -- --a 1", "x": "node server.js"},
        ("node", "server.js", "--a", "1"),
    ),
    ("yarn calls by name", {"start": "yarn x", "x": "node server.js"}, ("node", "server.js")),
    ("pnpm runs by name", {"start": "pnpm run x", "x": "node server.js"}, ("node", "server.js")),
    ("yarn runs a program by its name", {"start": "yarn tsx server.js"}, ("tsx", "server.js")),
    (
        "pnpm runs a program by its name",
        {"start": "pnpm cross-env A=1 node server.js"},
        ("sh", "-c", "A=1 exec node server.js"),
    ),
    ("a script hides the program of its name", {"start": "yarn tsx", "tsx": "node server.js"}, ("node", "server.js")),
    ("npx is left out", {"start": "npx node server.js"}, ("node", "server.js")),
    (
        "prestart runs before",
        {"prestart": "node seed.js", "start": "node server.js"},
        ("sh", "-c", "node seed.js && exec node server.js"),
    ),
    (
        "a chain ends with exec",
        {"start": "node a.js && node server.js"},
        ("sh", "-c", "node a.js && exec node server.js"),
    ),
    ("a semicolon chain too", {"start": "node a.js; node server.js"}, ("sh", "-c", "node a.js ; exec node server.js")),
    ("a variable needs the shell", {"start": "node server.js $ARGS"}, ("sh", "-c", "exec node server.js $ARGS")),
    (
        "an alternative keeps its shell",
        {"start": "node server.js || node b.js"},
        ("sh", "-c", "node server.js || node b.js"),
    ),
    (
        "a construct of the shell stays whole",
        {"start": "if [ -f x ]; then node x.js; else node server.js; fi"},
        ("sh", "-c", "if [ -f x ]; then node x.js; else node server.js; fi"),
    ),
    (
        "a construct before the process stays whole",
        {"start": "for i in 1 2; do node seed.js $i; done && node server.js"},
        ("sh", "-c", "for i in 1 2; do node seed.js $i; done && exec node server.js"),
    ),
    (
        "a pattern of case opens no parenthesis",
        {"start": "case $A in x) node x.js;; *) node y.js;; esac; node server.js"},
        ("sh", "-c", "case $A in x) node x.js;; *) node y.js;; esac ; exec node server.js"),
    ),
    ("a keyword is one only where a command begins", {"start": "node server.js if"}, ("node", "server.js", "if")),
    (
        "a start that chooses yields to the production script",
        {"start": "if $X; then npm run dev; else npm run start:prod; fi", "start:prod": "node server.js -p"},
        ("node", "server.js", "-p"),
    ),
    ("a log formatter is left out", {"start": "node server.js | pino-pretty"}, ("node", "server.js")),
    ("an inspector is left out", {"start": "node --inspect=0.0.0.0 server.js"}, ("node", "server.js")),
    ("watching is left out", {"start": "node --watch server.js"}, ("node", "server.js")),
    ("pm2 is left out", {"start": "pm2-runtime start server.js -i max"}, ("node", "server.js")),
    ("forever is left out", {"start": "forever start -m 3 server.js"}, ("node", "server.js")),
    (
        "a process that would go to the background stays",
        {"start": "egg-scripts start --daemon --title=x"},
        ("egg-scripts", "start", "--title=x"),
    ),
    (
        "scripts in a sequence are what they run",
        {"start": "run-s up go", "up": "node seed.js", "go": "node server.js"},
        ("sh", "-c", "node seed.js && exec node server.js"),
    ),
    (
        "a sequence that is not known stays",
        {"start": "run-s up:* go", "go": "node server.js"},
        ("sh", "-c", "exec run-s up:* go"),
    ),
    ("a sequence of a script that is not there stays", {"start": "run-s up"}, ("run-s", "up")),
    (
        "a developer's NODE_ENV is left out of what tsx runs",
        {"dev": "NODE_ENV=development A=1 tsx watch server.js"},
        ("sh", "-c", "A=1 exec tsx server.js"),
    ),
    (
        "the script for the system is the one that runs",
        {"start": "run-script-os", "start:windows": "x", "start:default": "cd bin && ./run start"},
        ("sh", "-c", "cd bin && exec ./run start"),
    ),
    (
        "Linux's own script before the default",
        {"start": "run-script-os", "start:default": "node x.js", "start:linux": "node server.js"},
        ("node", "server.js"),
    ),
    ("nodemon runs node", {"start": "nodemon server.js"}, ("node", "server.js")),
    (
        "a wrapper by its path",
        {"start": "./node_modules/nodemon/bin/nodemon.js -e js,md server.js"},
        ("node", "server.js"),
    ),
    ("a wrapper that node runs", {"start": "node ./node_modules/.bin/nodemon server.js"}, ("node", "server.js")),
    (
        "a program that node runs by its path stays",
        {"start": "node node_modules/next/dist/bin/next start"},
        ("node", "node_modules/next/dist/bin/next", "start"),
    ),
    (
        "a package's file that is not its program stays",
        {"start": "node_modules/red/bin/other.js"},
        ("node_modules/red/bin/other.js",),
    ),
    (
        "nodemon runs another program with that program's options",
        {"start": "nodemon --watch lib --exec babel-node --presets env server.js"},
        ("babel-node", "--presets", "env", "server.js"),
    ),
    (
        "nodemon's two dashes are its own",
        {"start": "nodemon -x babel-node -- server.js"},
        ("babel-node", "server.js"),
    ),
    (
        "of several development servers the app's own is started",
        {"dev": "run-p dev:*", "dev:client": "vite", "dev:server": "tsx watch server.js"},
        ("tsx", "server.js"),
    ),
    (
        "nodemon yields to a production script",
        {"start": "nodemon server.js", "start:prod": "node server.js -p"},
        ("node", "server.js"),
    ),
    (
        "a dev server yields to a production script",
        {"start": "vite", "start:prod": "node server.js -p"},
        ("node", "server.js", "-p"),
    ),
    ("no start yields main's usual file", {}, ("node", "server.js")),
    (
        "dotenv preloaded stays",
        {"start": "node -r dotenv/config server.js"},
        ("node", "-r", "dotenv/config", "server.js"),
    ),
    ("next dev is next start", {"start": "next dev"}, ("next", "start")),
    ("a broken quote falls back to the file", {"start": "node 'server.js"}, ("node", "server.js")),
]


@pytest.mark.parametrize(("scripts", "command"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_start_script_becomes_the_process(scripts: dict[str, str], command: tuple[str, ...]) -> None:
    detection = detected({"package.json": package(scripts=scripts), "server.js": "", "package-lock.json": ""})

    assert detection.start is not None
    assert detection.start.command == command
    assert detection.defaults.command == command


@pytest.mark.parametrize(
    ("options", "command"),
    [
        ({"outputPath": "dist/shop", "main": "src/main.ts"}, ("node", "dist/shop/main.js")),
        ({"outputPath": "out", "main": "src/a.ts", "outputFileName": "shop.js"}, ("node", "out/shop.js")),
        ({"outputPath": "{workspaceRoot}/out", "main": "src/a.ts"}, ("node", "out/a.js")),
        ({"outputPath": "{options.place}/out", "main": "src/a.ts"}, ("nx", "serve")),
        ([], ("nx", "serve")),
    ],
)
def test_nx_serve_starts_what_nx_build_makes(options: object, command: tuple[str, ...]) -> None:
    detection = detected(
        {
            "package.json": package(scripts={"start": "nx serve", "build": "nx build"}, devDependencies={"nx": "20"}),
            "project.json": json.dumps({"targets": {"build": {"options": options}}}),
        }
    )

    assert detection.start is not None
    assert detection.start.command == command


@pytest.mark.parametrize(
    ("start", "build", "command"),
    [
        ("nx serve orders", "nx build orders", ("node", "dist/apps/orders/main.js")),
        ("nx run orders:serve:production", "nx run orders:build", ("node", "dist/apps/orders/main.js")),
        ("nx serve desk", "nx run-many --target=build --all", ("node", "apps/desk/out/main.js")),
        ("nx serve orders", "tsc", ("nx", "serve", "orders")),
        ("nx serve unknown", "nx build unknown", ("nx", "serve", "unknown")),
        ("nx run orders:lint", "nx build orders", ("nx", "run", "orders:lint")),
    ],
)
def test_nx_serve_of_one_project_of_several_starts_what_its_build_makes(
    start: str, build: str, command: tuple[str, ...]
) -> None:
    orders = {
        "name": "orders",
        "targets": {"build": {"options": {"outputPath": "dist/apps/orders", "main": "a/main.ts"}}},
    }
    desk = {"targets": {"build": {"options": {"outputPath": "{projectRoot}/out", "main": "b/main.ts"}}}}

    detection = detected(
        {
            "package.json": package(scripts={"start": start, "build": build}, devDependencies={"nx": "20"}),
            "apps/orders-api/project.json": json.dumps(orders),
            "apps/desk/project.json": json.dumps(desk),
            "apps/broken/project.json": "{",
        }
    )

    assert detection.start is not None
    assert detection.start.command == command


def test_what_newer_compilers_make_at_the_start_is_made_in_the_image() -> None:
    text = package(scripts={"start": "tsdown && node dist/a.js"}, devDependencies={"tsdown": "0.12"})

    detection = detected({"package.json": text, "src/a.ts": ""})

    assert detection.build is not None
    assert detection.start is not None
    assert (detection.build.command, detection.start.command) == ("tsdown", ("node", "dist/a.js"))


def test_a_program_of_an_older_package_keeps_that_package_in_the_image() -> None:
    scripts = {"start": "babel-node server.js"}

    detection = detected(
        {"package.json": package(scripts=scripts, devDependencies={"babel-cli": "6"}), "server.js": ""}
    )

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.development == "babel-cli"


def test_the_port_is_read_from_a_start_file_without_a_suffix() -> None:
    www = "#!/usr/bin/env node\nvar port = normalizePort(process.env.PORT || '4321');\nserver.listen(port);\n"

    detection = detected({"package.json": package(scripts={"start": "node ./bin/www"}), "bin/www": www})

    assert detection.port is not None
    assert (detection.port.number, detection.port.variable, detection.port.where) == (4321, "PORT", "bin/www:2")


@pytest.mark.parametrize(
    ("scripts", "built"),
    [
        (
            {"start": "npm run build:ts && node dist/app.js", "build:ts": "node -e 'x()' && tsc"},
            "node -e 'x()' && tsc",
        ),
        (
            {"prestart": "npm run rebuild", "start": "node dist/app.js", "rebuild": "own-clean && own-tsc"},
            "own-clean && own-tsc",
        ),
        ({"start": "yarn build:app && node dist/app.js", "build:app": "own-compiler src"}, "own-compiler src"),
    ],
)
def test_what_a_script_named_for_building_does_at_the_start_is_done_once_in_the_image(
    scripts: dict[str, str], built: str
) -> None:
    detection = detected({"package.json": package(scripts=scripts)})

    assert detection.start is not None and detection.build is not None
    assert detection.start.command == ("node", "dist/app.js")
    assert detection.build.command == built


def test_a_migration_inside_a_build_script_stays_at_the_start() -> None:
    scripts = {"start": "npm run build && node a.js", "build": "own-compiler && prisma migrate deploy"}

    detection = detected({"package.json": package(scripts=scripts), "a.js": ""})

    assert detection.start is not None
    assert detection.start.command == ("sh", "-c", "prisma migrate deploy && exec node a.js")


def test_a_procfile_wins_over_the_start_script() -> None:
    detection = detected(
        {
            "package.json": package(scripts={"start": "node a.js"}),
            "a.js": "",
            "b.js": "",
            "Procfile": "release: x\nweb: node b.js\n",
        }
    )

    assert detection.start is not None
    assert detection.start.command == ("node", "b.js")
    assert detection.start.where == "Procfile:2"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "module.exports = { apps: [{ name: 'api', script: './server.js', args: '--a 1', instances: 'max' }] }",
            ("node", "./server.js", "--a", "1"),
        ),
        ("module.exports = { apps: [{ name: 'api', script: 'npm', args: 'run go' }] }", ("node", "server.js")),
        (
            "module.exports = { apps: [{ script: 'server.js', node_args: '--expose-gc' }, { script: 'w.js' }] }",
            ("node", "--expose-gc", "server.js"),
        ),
    ],
)
def test_a_pm2_file_says_the_script(text: str, command: tuple[str, ...]) -> None:
    detection = detected(
        {
            "package.json": package(scripts={"go": "node server.js"}),
            "x.js": "",
            "server.js": "",
            "ecosystem.config.js": text,
        }
    )

    assert detection.start is not None
    assert detection.start.command == command


SEVERAL = """module.exports = { apps: [
  {
    name: 'api', script: './a.js',
    env: { LOG: 'debug', REGION: 'eu' }, env_production: { NODE_ENV: 'production', PORT: 1 },
  },
  { name: 'mail', script: "jobs/send_mail.js", env: { QUEUE: 'mail' } },
] }"""


@pytest.mark.parametrize("scripts", [{"start": "pm2-runtime start ecosystem.config.js --env production"}, {}])
def test_what_a_pm2_file_says_beyond_its_first_command_is_told(scripts: dict[str, str]) -> None:
    detection = detected({"package.json": package(scripts=scripts), "a.js": "", "ecosystem.config.js": SEVERAL})

    assert detection.start is not None
    assert detection.start.command == ("node", "./a.js")
    assert [note for note in detection.notes if "ecosystem" in note] == [
        "LOG, REGION of ecosystem.config.js are not set, for pm2 is not used: fairway env set LOG",
        "jobs/send_mail.js is not started, only the first app of ecosystem.config.js is: "
        '[services.send-mail] command = ["node", "jobs/send_mail.js"]',
    ]


def test_a_pm2_file_of_one_app_without_variables_needs_no_word() -> None:
    text = "module.exports = { apps: [{ script: './a.js', env: { NODE_ENV: 'production' } }] }"

    detection = detected(
        {
            "package.json": package(scripts={"start": "pm2 start ecosystem.config.js"}),
            "a.js": "",
            "ecosystem.config.js": text,
        }
    )

    assert not [note for note in detection.notes if "ecosystem" in note]


def test_typescript_under_nodemon_starts_from_the_build_output() -> None:
    detection = detected(
        {
            "package.json": package(
                scripts={"start": "nodemon --exec ts-node src/index.ts", "build": "tsc"},
                devDependencies={"typescript": "5"},
            ),
            "tsconfig.json": '{ "compilerOptions": { "outDir": "./dist", /* a comment */ "rootDir": "./src", } }',
            "src/index.ts": "",
        }
    )

    assert detection.start is not None
    assert detection.start.command == ("node", "dist/index.js")


def test_a_main_in_typescript_starts_from_what_the_compiler_makes_of_it() -> None:
    detection = detected(
        {
            "package.json": package(
                main="src/app.ts", scripts={"start": "nodemon", "build": "tsc"}, devDependencies={"typescript": "5"}
            ),
            "tsconfig.json": '{ "compilerOptions": { "outDir": "./build", "rootDir": "./src" } }',
            "src/app.ts": "",
        }
    )

    assert detection.start is not None
    assert detection.start.command == ("node", "build/app.js")


def test_a_start_beside_its_typescript_source_is_the_file_that_the_build_makes() -> None:
    detection = detected(
        {
            "package.json": package(scripts={"start": "node bin/server.js", "build": "node ace build"}),
            "tsconfig.json": '{ "compilerOptions": { "outDir": "./build", "rootDir": "./" } }',
            "bin/server.ts": "",
            "ace.js": "",
        }
    )

    assert detection.start is not None
    assert detection.start.command == ("node", "build/bin/server.js")


@pytest.mark.parametrize("start", ["run-p start:*", 'concurrently "npm:server" "npm:worker"'])
@pytest.mark.parametrize("name", ["server", "start:web"])
def test_of_several_processes_at_once_the_others_are_told(start: str, name: str) -> None:
    scripts = {"start": start, name: "node server.js", "worker": "node worker.js"}

    detection = detected({"package.json": package(scripts=scripts), "server.js": "", "worker.js": ""})

    assert detection.start is not None
    assert detection.start.command == ("node", "server.js")
    assert [note for note in detection.notes if "runs several processes" in note and "[services.worker]" in note]


def test_a_page_s_development_server_before_the_app_needs_no_word() -> None:
    scripts = {"start": "vite", "server": "node server.js"}

    assert not detected({"package.json": package(scripts=scripts), "server.js": ""}).notes


@pytest.mark.parametrize("runtime", ["bun", "deno"])
def test_an_app_of_another_runtime_is_refused_by_its_name(runtime: str) -> None:
    detection = detected({"package.json": package(scripts={"start": f"{runtime} run a.ts"}), "a.ts": ""})

    assert [problem.what for problem in detection.problems if problem.fatal] == [
        f"the app runs on {runtime.capitalize()}, which Fairway makes no image for"
    ]


@pytest.mark.parametrize(
    ("start", "line"),
    [
        ("bun --hot src/a.ts", 'FROM oven/bun:1, COPY . ., RUN bun install --frozen-lockfile, CMD ["bun", "src/a.ts"]'),
        (
            "deno run -A src/a.ts",
            'FROM denoland/deno, COPY . ., RUN deno install, CMD ["deno", "run", "-A", "src/a.ts"]',
        ),
    ],
)
def test_an_app_of_another_runtime_hears_which_dockerfile_it_wants_and_nothing_of_npm(start: str, line: str) -> None:
    detection = detected({"package.json": package(scripts={"start": start}), "src/a.ts": "", "bun.lock": ""})

    assert [problem.fix for problem in detection.problems] == [
        f"add a Dockerfile ({line}), or a start script that runs it with node"
    ]


def test_a_script_that_bun_only_calls_is_the_process_itself() -> None:
    detection = detected(
        {
            "package.json": package(scripts={"start": "bun run serve -p", "serve": "node a.js"}),
            "a.js": "",
            "bun.lock": "",
        }
    )

    assert detection.start is not None
    assert (detection.start.command, detection.fatal) == (("node", "a.js", "-p"), ())


@pytest.mark.parametrize("start", ["nest start", "cross-env NODE_ENV=development nest start"])
def test_nest_starts_from_its_output_and_not_by_its_command_line(start: str) -> None:
    detection = detected(
        {
            "package.json": package(
                scripts={"start": start, "start:prod": "node dist/main", "build": "nest build"},
                dependencies={"@nestjs/core": "10"},
            ),
            "src/main.ts": "",
        }
    )

    assert detection.start is not None
    assert detection.start.command == ("node", "dist/main")
    assert detection.framework == "NestJS"


def test_what_the_start_would_build_is_built_in_the_image() -> None:
    detection = detected(
        {
            "package.json": package(scripts={"start": "tsc && node dist/a.js"}, devDependencies={"typescript": "5"}),
            "a.ts": "",
        }
    )

    assert detection.start is not None
    assert detection.start.command == ("node", "dist/a.js")
    assert detection.build is not None
    assert detection.build.command == "tsc"


def test_a_migration_at_start_is_kept_and_named() -> None:
    detection = detected(
        {
            "package.json": package(
                scripts={"prestart": "knex migrate:latest", "start": "node a.js"}, dependencies={"knex": "3"}
            ),
            "a.js": "",
        }
    )

    assert detection.start is not None
    assert detection.start.command == ("sh", "-c", "knex migrate:latest && exec node a.js")
    assert any("knex migrate:latest" in note and "[migrations]" in note for note in detection.notes)


@pytest.mark.parametrize(
    ("scripts", "platform"),
    [
        ({"dev": "pnpm build && wrangler dev", "build": "tsc"}, "Cloudflare Workers"),
        ({"start": "sls offline start"}, "AWS Lambda"),
        ({"start": "npx vercel dev"}, "Vercel"),
        ({"dev": "wrangler dev", "start": "node a.js"}, ""),
    ],
)
def test_an_app_for_a_platform_of_functions_is_refused_by_its_name(scripts: dict[str, str], platform: str) -> None:
    detection = detected({"package.json": package(scripts=scripts, dependencies={"hono": "4"}), "a.ts": ""})

    told = [problem.what for problem in detection.problems if problem.fatal]
    assert told == ([f"the app is written for {platform}, and nothing in it listens by itself"] if platform else [])


@pytest.mark.parametrize(
    ("version", "build", "start", "command"),
    [
        ("2.4.0", "medusa build", "medusa start", "cd .medusa/server && exec medusa start"),
        (
            "^2.4.0",
            "medusa build",
            "node wait.js && medusa db:migrate && medusa start",
            "node wait.js && cd .medusa/server && medusa db:migrate && exec medusa start",
        ),
        ("2.4.0", "medusa build", "cd .medusa/server && medusa start", "cd .medusa/server && exec medusa start"),
        ("2.4.0", "medusa build --admin-only", "medusa start", ""),
        ("1.20.0", "medusa build", "medusa start", ""),
    ],
)
def test_medusa_starts_in_the_server_that_its_build_leaves(version: str, build: str, start: str, command: str) -> None:
    text = package(scripts={"build": build, "start": start}, dependencies={"@medusajs/medusa": version})

    detection = detected({"package.json": text, "wait.js": ""})

    assert detection.start is not None
    assert detection.start.command == (("sh", "-c", command) if command else ("medusa", "start"))


def test_a_migration_by_medusa_at_the_start_is_named() -> None:
    text = package(scripts={"start": "medusa db:migrate && medusa start"}, dependencies={"@medusajs/medusa": "2"})

    notes = detected({"package.json": text}).notes

    assert any("medusa db:migrate" in note and "[migrations]" in note for note in notes)


@pytest.mark.parametrize(
    ("start", "lists", "missing"),
    [
        ("npx tsx a.ts", {}, "tsx"),
        ("tsnd a.ts", {}, "ts-node"),
        ("tsx a.ts", {"devDependencies": {"tsx": "4"}}, ""),
        ("babel-node a.js", {"devDependencies": {"babel-cli": "6"}}, ""),
        ("node a.js", {}, ""),
    ],
)
def test_a_program_that_only_its_author_has_is_named_before_the_start_fails(
    start: str, lists: dict[str, object], missing: str
) -> None:
    detection = detected({"package.json": package(scripts={"start": start}, **lists), "a.ts": "", "a.js": ""})

    told = [problem.fix for problem in detection.problems if "no package.json lists" in problem.what]
    assert told == (
        [f"add {missing} to the dependencies, and commit package.json and the lock file"] if missing else []
    )


def test_a_program_of_the_workspaces_root_stays_in_the_image() -> None:
    detection = detected(
        {
            "package.json": package(private=True, workspaces=["apps/*"], devDependencies={"tsx": "4"}),
            "apps/api/package.json": package(
                name="api", scripts={"start": "tsx a.ts"}, dependencies={"express": "5"}, devDependencies={"x": "1"}
            ),
            "apps/api/a.ts": "",
        }
    )

    assert detection.install is not None
    assert detection.install.development == "tsx"  # type: ignore[union-attr]
    assert not [problem for problem in detection.problems if "no package.json lists" in problem.what]


def test_a_compiler_that_the_start_does_not_need_keeps_no_development_dependencies() -> None:
    text = package(
        scripts={"start": "tsx a.ts"}, dependencies={"express": "5", "tsx": "4"}, devDependencies={"typescript": "5"}
    )

    detection = detected({"package.json": text, "a.ts": ""})

    assert detection.install is not None
    assert detection.install.development == ""  # type: ignore[union-attr]


def test_a_start_that_needs_development_dependencies_keeps_them() -> None:
    detection = detected(
        {"package.json": package(scripts={"start": "tsx src/a.ts"}, devDependencies={"tsx": "4"}), "src/a.ts": ""}
    )

    assert detection.install is not None
    assert detection.install.development == "tsx"  # type: ignore[union-attr]
    assert any("tsx" in note for note in detection.notes)


@pytest.mark.parametrize(
    ("scripts", "files"),
    [
        ({"start": "env-cmd node a.js"}, (".env",)),
        ({"start": "node --env-file=.env a.js"}, (".env",)),
        ({"start": "node a.js", "migrate": "env-cmd -f config/.env.prod knex migrate:latest"}, ("config/.env.prod",)),
        ({"start": "node --env-file=../secret a.js"}, ()),
    ],
)
def test_scripts_that_insist_on_an_environment_file_get_an_empty_one(
    scripts: dict[str, str], files: tuple[str, ...]
) -> None:
    detection = detected({"package.json": package(scripts=scripts), "a.js": ""})

    assert detection.install is not None
    assert detection.install.empty_files == files  # type: ignore[union-attr]


def test_no_start_command_is_fatal_and_says_what_to_add() -> None:
    detection = detected({"package.json": package(dependencies={"express": "4"}), "readme.md": ""})

    assert [problem.what for problem in detection.fatal] == ["nothing says how the app starts"]


def test_a_start_file_that_nothing_makes_is_a_problem() -> None:
    detection = detected({"package.json": package(scripts={"start": "node dist/a.js"}), "src/a.js": ""})

    assert any("dist/a.js, which is not in the repository" in problem.what for problem in detection.problems)


@pytest.mark.parametrize(
    ("scripts", "dependencies", "command"),
    [
        ({"build": "nitro build", "dev": "nitro dev"}, {"nitropack": "^2.10.0"}, ("node", ".output/server/index.mjs")),
        ({"build": "nuxt build", "dev": "nuxt dev"}, {"nuxt": "^3.15.0"}, ("node", ".output/server/index.mjs")),
        ({"build": "nuxt build", "start": "nuxt start"}, {"nuxt": "~4.0.1"}, ("node", ".output/server/index.mjs")),
        ({"build": "nuxt build", "start": "nuxt start"}, {"nuxt": "^2.15.8"}, ("nuxt", "start")),
    ],
)
def test_what_nitro_builds_is_started_and_not_its_development_server(
    scripts: dict[str, str], dependencies: dict[str, str], command: tuple[str, ...]
) -> None:
    detection = detected({"package.json": package(scripts=scripts, dependencies=dependencies)})

    assert detection.start is not None and detection.start.command == command
    assert detection.port is not None and detection.port.variable == "PORT"
    assert not detection.fatal


def test_nitro_among_the_development_dependencies_is_the_framework_all_the_same() -> None:
    scripts = {"build": "nitro build", "dev": "nitro dev"}

    detection = detected({"package.json": package(scripts=scripts, devDependencies={"nitropack": "^2.10.0"})})

    assert any(item.what == "Nitro" for item in detection.evidence)
    assert detection.port is not None and detection.port.variable == "PORT"


def test_a_development_server_without_an_alternative_is_a_problem() -> None:
    detection = detected({"package.json": package(scripts={"start": "gulp serve"})})

    assert any("development server" in problem.what for problem in detection.problems)


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("const found = dotenv.config();\nif (found.error) {\n  throw new Error('no file');\n}", (".env",)),
        ("const { error } = require('dotenv').config()\nif (error) process.exit(1)", (".env",)),
        ("const found = dotenv.config();\nif (found.error) console.warn('no file');", ()),
        ("dotenv.config();\nif (problem.error) throw x", ()),
    ],
)
def test_code_that_ends_without_an_env_file_gets_an_empty_one(code: str, files: tuple[str, ...]) -> None:
    detection = detected({"package.json": package(scripts={"start": "node a.js"}), "a.js": code})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.empty_files == files


@pytest.mark.parametrize(
    ("code", "folders"),
    [
        ("const file = process.env.FILE || '/etc/shop/shop.db'", ("/etc/shop",)),
        ("knex({ filename: '/data/a.sqlite3' }); open('file:/data/b.db?mode=rwc')", ("/data",)),
        ("open('/etc/passwords.db'); open('/tmp/x/y.db'); open('/app/data/z.db')", ()),
        (f"open('{'/' + 'root'}/a/b.db')", ()),
        ("open('./data/a.db'); // open('/data/b.db')", ()),
    ],
)
def test_folders_of_database_files_outside_the_app_belong_to_the_user_of_the_image(
    code: str, folders: tuple[str, ...]
) -> None:
    detection = detected({"package.json": package(scripts={"start": "node a.js"}), "a.js": code})

    made = recipe.dockerfile(detection, test=None, base="node:22-slim")

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.folders == folders
    assert f"install -d -o 1000 -g 1000 {' '.join(['/app', *folders])}" in made
    assert any("lost with its task" in note for note in detection.notes) == bool(folders)
