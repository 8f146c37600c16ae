const KEY = 'BY_CONSTANT'
const KEYS = { token: 'BY_OBJECT', 'other': 'BY_QUOTED' }
const a = process.env[KEY]
const b = process.env[KEYS.token] || 'x'
const c = process.env[KEYS['other']]
const { [KEY]: d } = process.env
