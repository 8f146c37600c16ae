const a = process.env['WITH_QUOTES']
const b = process.env["WITH_DOUBLE"] || 'd'
const c = process['env'].VIA_INDEX
