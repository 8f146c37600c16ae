import { env } from 'node:process'
import process2 from 'process'
const e = process.env
const a = env.IMPORTED ?? 'x'
const b = e.ALIASED
function load(source = process.env) { return { c: source.PARAMETER || 'y' } }
function make(given: NodeJS.ProcessEnv) { return given.GIVEN }
make(process.env)
function other(env: { NOT_ONE: string }) { return env.NOT_ONE }
