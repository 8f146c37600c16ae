import * as v from 'valibot'
import './single'
import './asked'

const Level = v.picklist(['low', 'high'])
const Base = v.object({ FROM_BASE: v.string() })
const Schema = v.pipe(
  v.object({
    API_KEY: v.string(),
    UPSTREAM: v.pipe(v.string('needed'), v.nonEmpty(), v.url()),
    ADMIN_PORT: v.optional(v.pipe(v.string(), v.transform(Number)), '9000'),
    POOL: v.pipe(v.optional(v.string(), '5'), v.transform(Number)),
    WORKERS: v.pipe(v.string(), v.transform(Number)),
    LEVEL: Level,
    NICK: v.nullish(v.string()),
    KEPT: v.nonOptional(v.optional(v.string())),
    SAFE: v.fallback(v.number(), 3),
    NAMED: v.config(v.string(), { message: 'x' }),
    EITHER: v.union([v.literal('a'), v.string()]),
    PERHAPS: v.union([v.undefined(), v.string()]),
    OWN: own(v.string()),
  }),
  v.check((all) => all.API_KEY !== ''),
)

export const env = v.parse(Schema, process.env)
export const base = v.parse(v.intersect([Base, v.object({ BESIDE: v.boolean() })]), process.env)
export const seen = v.safeParse(v.object({ LOOKED_AT: v.string() }), process.env)
