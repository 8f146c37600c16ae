import * as v from 'valibot'

const result = v.safeParse(v.strictObject({ ASKED: v.string() }), process.env)
if (!result.success) {
  console.error(result.issues)
  process.exit(1)
}
