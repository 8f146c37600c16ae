const name = process.argv[2]
const a = process.env[name]
const b = process.env[`PREFIX_${name}`]
function get (key) { return process.env[key] }
get(name)
