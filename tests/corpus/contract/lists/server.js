for (const key of ['LOOP_A', 'LOOP_B']) {
  if (!process.env[key]) throw new Error(key)
}
const required = ['FILTER_A', 'FILTER_B']
const missing = required.filter((key) => !process.env[key])
if (missing.length > 0) {
  console.error(missing)
  process.exit(1)
}
;['EACH_A', 'EACH_B'].forEach((key) => { if (!process.env[key]) { throw new Error(key) } })
const warned = ['WARN_A'].filter((key) => !process.env[key])
if (warned.length) console.warn(warned)
if (['SOME_A'].some((key) => !process.env[key])) throw new Error('SOME_A')
