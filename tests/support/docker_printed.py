"""What libraries really printed when something was missing: run once with each, paths shortened, nothing made up."""
# ruff: noqa: E101, W293

import re

SECTIONS = r"""
=== envalid
{ESC}[37m================================{ESC}[0m
 {ESC}[33mInvalid{ESC}[0m environment variables:
    {ESC}[34mPORT{ESC}[0m: Invalid port input: "abc"
 {ESC}[33mMissing{ESC}[0m environment variables:
    {ESC}[34mSESSION_SECRET{ESC}[0m: undefined
    {ESC}[34mSTRIPE_KEY{ESC}[0m: Stripe
{ESC}[37m================================{ESC}[0m
{ESC}[33m
 Exiting with error code 1{ESC}[0m
=== envalid7
{ESC}[37m================================{ESC}[0m
 {ESC}[33mInvalid{ESC}[0m environment variables:
    {ESC}[34mPORT{ESC}[0m: Invalid port input: "abc"
 {ESC}[33mMissing{ESC}[0m environment variables:
    {ESC}[34mSESSION_SECRET{ESC}[0m: undefined
    {ESC}[34mSTRIPE_KEY{ESC}[0m: Stripe
{ESC}[37m================================{ESC}[0m
{ESC}[33m
 Exiting with error code 1{ESC}[0m
=== zod4
/app/node_modules/zod/v4/core/parse.cjs:44
            throw e;
            ^

ZodError: [
  {
    "expected": "string",
    "code": "invalid_type",
    "path": [
      "DATABASE_URL"
    ],
    "message": "Invalid input: expected string, received undefined"
  },
  {
    "expected": "string",
    "code": "invalid_type",
    "path": [
      "JWT_SECRET"
    ],
    "message": "Invalid input: expected string, received undefined"
  }
]
    at [eval]:1:91
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3

Node.js v20.20.2
=== zod3
/app/node_modules/zod3/v3/types.cjs:120
        throw result.error;
        ^

ZodError: [
  {
    "code": "invalid_type",
    "expected": "string",
    "received": "undefined",
    "path": [
      "DATABASE_URL"
    ],
    "message": "Required"
  },
  {
    "code": "invalid_type",
    "expected": "string",
    "received": "undefined",
    "path": [
      "JWT_SECRET"
    ],
    "message": "Required"
  }
]
    at get error [as error] (/app/node_modules/zod3/v3/types.cjs:45:31)
    at ZodObject.parse (/app/node_modules/zod3/v3/types.cjs:120:22)
    at [eval]:1:92
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3 {
  issues: [
    {
      code: 'invalid_type',
      expected: 'string',
      received: 'undefined',
      path: [ 'DATABASE_URL' ],
      message: 'Required'
=== zod3flat
❌ Invalid environment variables: { DATABASE_URL: [ 'Required' ], JWT_SECRET: [ 'Required' ] }
[eval]:1
                                                                                                                      

Error: Invalid environment variables
    at [eval]:1:200
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3

Node.js v20.20.2
=== zod4pretty
✖ Invalid input: expected string, received undefined
  → at DATABASE_URL
✖ Invalid input: expected string, received undefined
  → at JWT_SECRET
=== t3
❌ Invalid environment variables: [
  {
    expected: 'string',
    code: 'invalid_type',
    path: [ 'DATABASE_URL' ],
    message: 'Invalid input: expected string, received undefined'
  }
]
file:///app/node_modules/@t3-oss/env-core/dist/index.js:32
		throw new Error("Invalid environment variables");
		      ^

Error: Invalid environment variables
    at onValidationError (file:///app/node_modules/@t3-oss/env-core/dist/index.js:32:9)
    at createEnv (file:///app/node_modules/@t3-oss/env-core/dist/index.js:37:28)
    at file:///app/[eval1]:1:66
    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)
    at async ModuleLoader.eval (node:internal/modules/esm/loader:245:24)
    at async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:117:5)

Node.js v20.20.2
=== joi
[eval]:1
                                                                                                                      

Error: Config validation error: "DATABASE_URL" is required. "JWT_SECRET" is required
    at [eval]:1:156
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3

Node.js v20.20.2
=== envvar
/app/node_modules/env-var/lib/variable.js:47
    throw new EnvVarError(errMsg)
    ^

EnvVarError: env-var: "DATABASE_URL" is a required variable, but it was not set
    at raiseError (/app/node_modules/env-var/lib/variable.js:47:11)
    at Object.asString (/app/node_modules/env-var/lib/variable.js:64:11)
    at [eval]:1:51
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3

Node.js v20.20.2
=== dotenvsafe
◇ injected env (0) from .env
/app/node_modules/dotenv-safe/index.js:31
            throw new MissingEnvVarsError(allowEmptyValues, options.path || '.env', example, missing, dotenvResult.err
            ^

MissingEnvVarsError: The following variables were defined in .env.example but are not present in the environment:
  DATABASE_URL, JWT_SECRET
Make sure to add them to .env or directly to the environment.

If you expect any of these variables to be empty, you can use the allowEmptyValues option:
require('dotenv-safe').config({
  allowEmptyValues: true
});
    at Object.config (/app/node_modules/dotenv-safe/index.js:31:19)
    at [eval]:1:24
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3 {
  missing: [ 'DATABASE_URL', 'JWT_SECRET' ],
  sample: '.env.example',
  example: '.env.example'
}

Node.js v20.20.2
=== pg
node:internal/process/promises:391
    triggerUncaughtException(err, true /* fromPromise */);
    ^

Error: connect ECONNREFUSED 127.0.0.1:1
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) {
  errno: -111,
  code: 'ECONNREFUSED',
  syscall: 'connect',
  address: '127.0.0.1',
  port: 1
}

Node.js v20.20.2
=== pglocal
node:internal/process/promises:391
    triggerUncaughtException(err, true /* fromPromise */);
    ^

Error: connect ECONNREFUSED 127.0.0.1:5499
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) {
  errno: -111,
  code: 'ECONNREFUSED',
  syscall: 'connect',
  address: '127.0.0.1',
  port: 5499
}

Node.js v20.20.2
=== pghost
node:internal/process/promises:391
    triggerUncaughtException(err, true /* fromPromise */);
    ^

Error: getaddrinfo ENOTFOUND db.invalid
    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:122:26) {
  errno: -3008,
  code: 'ENOTFOUND',
  syscall: 'getaddrinfo',
  hostname: 'db.invalid'
}

Node.js v20.20.2
=== redis
[ioredis] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:1
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)
[ioredis] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:1
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)
=== missing
node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module 'nope'
Require stack:
- /app/[eval]
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at Module._load (node:internal/modules/cjs/loader:1038:27)
    at Module.require (node:internal/modules/cjs/loader:1289:19)
    at require (node:internal/modules/helpers:182:18)
    at [eval]:1:1
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/app/[eval]' ]
}

Node.js v20.20.2
=== missingfile
node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module './nothere'
Require stack:
- /app/a.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at Module._load (node:internal/modules/cjs/loader:1038:27)
    at Module.require (node:internal/modules/cjs/loader:1289:19)
    at require (node:internal/modules/helpers:182:18)
    at Object.<anonymous> (/app/a.js:1:1)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/app/a.js' ]
}

Node.js v20.20.2
=== nofile
node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module '/app/dist/main.js'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at Module._load (node:internal/modules/cjs/loader:1038:27)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49 {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v20.20.2
=== esm
node:internal/modules/esm/resolve:873
  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);
        ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'nope' imported from /app/b.mjs
    at packageResolve (node:internal/modules/esm/resolve:873:9)
    at moduleResolve (node:internal/modules/esm/resolve:946:18)
    at defaultResolve (node:internal/modules/esm/resolve:1188:11)
    at ModuleLoader.defaultResolve (node:internal/modules/esm/loader:708:12)
    at #cachedDefaultResolve (node:internal/modules/esm/loader:657:25)
    at ModuleLoader.resolve (node:internal/modules/esm/loader:640:38)
    at ModuleLoader.getModuleJobForImport (node:internal/modules/esm/loader:264:38)
    at ModuleJob._link (node:internal/modules/esm/module_job:168:49) {
  code: 'ERR_MODULE_NOT_FOUND'
}

Node.js v20.20.2
=== esmfile
node:internal/modules/esm/resolve:283
    throw new ERR_MODULE_NOT_FOUND(
          ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/app/gone.js' imported from /app/c.mjs
    at finalizeResolution (node:internal/modules/esm/resolve:283:11)
    at moduleResolve (node:internal/modules/esm/resolve:952:10)
    at defaultResolve (node:internal/modules/esm/resolve:1188:11)
    at ModuleLoader.defaultResolve (node:internal/modules/esm/loader:708:12)
    at #cachedDefaultResolve (node:internal/modules/esm/loader:657:25)
    at ModuleLoader.resolve (node:internal/modules/esm/loader:640:38)
    at ModuleLoader.getModuleJobForImport (node:internal/modules/esm/loader:264:38)
    at ModuleJob._link (node:internal/modules/esm/module_job:168:49) {
  code: 'ERR_MODULE_NOT_FOUND',
  url: 'file:///app/gone.js'
}

Node.js v20.20.2
=== envfile
node: .env.absent: not found
=== eaddr
node:events:502
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRINUSE: address already in use :::5488
    at Server.setupListenHandle [as _listen2] (node:net:1908:16)
    at listenInCluster (node:net:1965:12)
    at Server.listen (node:net:2067:7)
    at [eval]:1:72
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3
Emitted 'error' event on Server instance at:
    at emitErrorNT (node:net:1944:8)
    at process.processTicksAndRejections (node:internal/process/task_queues:82:21) {
  code: 'EADDRINUSE',
  errno: -98,
  syscall: 'listen',
  address: '::',
  port: 5488
}

Node.js v20.20.2
=== enoent
node:fs:573
  return binding.open(
                 ^

Error: ENOENT: no such file or directory, open '/app/config.json'
    at Object.openSync (node:fs:573:18)
    at Object.readFileSync (node:fs:452:35)
    at [eval]:1:15
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3 {
  errno: -2,
  code: 'ENOENT',
  syscall: 'open',
  path: '/app/config.json'
}

Node.js v20.20.2
=== typeerror
[eval]:1
undefined.foo()
          ^

TypeError: Cannot read properties of undefined (reading 'foo')
    at [eval]:1:11
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3

Node.js v20.20.2
=== reject
[eval]:1
Promise.reject(new Error('boom'))
               ^

Error: boom
    at [eval]:1:16
    at runScriptInThisContext (node:internal/vm:209:10)
    at node:internal/process/execution:118:14
    at [eval]-wrapper:6:24
    at runScript (node:internal/process/execution:101:62)
    at evalScript (node:internal/process/execution:133:3)
    at node:internal/main/eval_string:51:3

Node.js v20.20.2
=== heap

<--- Last few GCs --->


<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 4: 0x10fb205  [node]
 9: 0x195e476  [node]
=== npmstart
npm error Missing script: "start"
npm error
npm error Did you mean one of these?
npm error   npm star # Mark your favorite packages
npm error   npm stars # View packages marked as favorites
npm error
npm error To see a list of scripts, run:
npm error   npm run
=== npmrun

> go
> nest start

sh: 1: nest: not found
=== keyerror
Traceback (most recent call last):
  File "<string>", line 2, in <module>
  File "<frozen os>", line 679, in __getitem__
KeyError: 'DATABASE_URL'
=== pydsettings
Traceback (most recent call last):
  File "<string>", line 6, in <module>
  File "/app/.venv/lib/python3.11/site-packages/pydantic_settings/main.py", line 292, in __init__
    super().__init__(**__pydantic_self__.__class__._settings_build_values(sources, init_kwargs))
  File "/app/.venv/lib/python3.11/site-packages/pydantic/main.py", line 280, in __init__
    validated_self = self.__pydantic_validator__.validate_python(data, self_instance=self)
                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings
database_url
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.14/v/missing
jwt_secret
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.14/v/missing
=== decouple
Traceback (most recent call last):
  File "<string>", line 2, in <module>
  File "/app/.venv/lib/python3.11/site-packages/decouple.py", line 248, in __call__
    return self.config(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/app/.venv/lib/python3.11/site-packages/decouple.py", line 107, in __call__
    return self.get(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/app/.venv/lib/python3.11/site-packages/decouple.py", line 92, in get
    raise UndefinedValueError('{} not found. Declare it as envvar or define a default value.'.format(option))
decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar or define a default value.
=== environ
Traceback (most recent call last):
  File "/app/.venv/lib/python3.11/site-packages/environ/environ.py", line 520, in get_value
    value = self.ENVIRON[var_name]
            ~~~~~~~~~~~~^^^^^^^^^^
  File "<frozen os>", line 679, in __getitem__
KeyError: 'SECRET_KEY'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "<string>", line 2, in <module>
  File "/app/.venv/lib/python3.11/site-packages/environ/environ.py", line 250, in __call__
    return self.get_value(
           ^^^^^^^^^^^^^^^
  File "/app/.venv/lib/python3.11/site-packages/environ/environ.py", line 524, in get_value
    raise ImproperlyConfigured(error_msg) from exc
django.core.exceptions.ImproperlyConfigured: Set the SECRET_KEY environment variable
=== pymod
Traceback (most recent call last):
  File "<string>", line 1, in <module>
ModuleNotFoundError: No module named 'flask'
=== pyfile
python: can't open file '/app/app.py': [Errno 2] No such file or directory
=== pyopen
Traceback (most recent call last):
  File "<string>", line 1, in <module>
FileNotFoundError: [Errno 2] No such file or directory: '/app/x.json'
=== pyrefused
Traceback (most recent call last):
  File "<string>", line 1, in <module>
  File "/usr/lib/python3.11/socket.py", line 851, in create_connection
    raise exceptions[0]
  File "/usr/lib/python3.11/socket.py", line 836, in create_connection
    sock.connect(sa)
ConnectionRefusedError: [Errno 111] Connection refused
=== uvicorn
ERROR:    Error loading ASGI app. Could not import module "main".
=== gunicorn
[2026-11-23 15:39:10 +0000] [4100] [INFO] Starting gunicorn 27.0.1
[2026-11-23 15:39:10 +0000] [4100] [INFO] Listening at: http://127.0.0.1:8000 (4100)
[2026-11-23 15:39:10 +0000] [4100] [INFO] Using worker: sync
[2026-11-23 15:39:10 +0000] [4102] [INFO] Booting worker with pid: 4102
[2026-11-23 15:39:10 +0000] [4102] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/app/.venv/lib/python3.11/site-packages/gunicorn/arbiter.py", line 752, in spawn_worker
    worker.init_process()
  File "/app/.venv/lib/python3.11/site-packages/gunicorn/workers/base.py", line 138, in init_process
    self.load_wsgi()
  File "/app/.venv/lib/python3.11/site-packages/gunicorn/workers/base.py", line 150, in load_wsgi
    self.wsgi = self.app.wsgi()
                ^^^^^^^^^^^^^^^
  File "/app/.venv/lib/python3.11/site-packages/gunicorn/app/base.py", line 67, in wsgi
    self.callable = self.load()
                    ^^^^^^^^^^^
  File "/app/.venv/lib/python3.11/site-packages/gunicorn/app/wsgiapp.py", line 57, in load
    return self.load_wsgiapp()
           ^^^^^^^^^^^^^^^^^^^
  File "/app/.venv/lib/python3.11/site-packages/gunicorn/app/wsgiapp.py", line 47, in load_wsgiapp
    return util.import_app(self.app_uri)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/app/.venv/lib/python3.11/site-packages/gunicorn/util.py", line 420, in import_app
    mod = importlib.import_module(module)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/importlib/__init__.py", line 126, in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1204, in _gcd_import
  File "<frozen importlib._bootstrap>", line 1176, in _find_and_load
ModuleNotFoundError: No module named 'main'
"""


def printed(name: str) -> tuple[str, ...]:
    """The lines of one section; `{ESC}` stands for the escape character of colours."""
    found = re.search(rf"^=== {re.escape(name)}\n(.*?)(?=^=== |\Z)", SECTIONS, re.M | re.S)
    assert found is not None, name
    return tuple(found[1].replace("{ESC}", "\x1b").splitlines())
