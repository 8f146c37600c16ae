const a = process.env.IS_ON === 'true'
const b = +process.env.COUNT!
const c = Number(process.env.SIZE ?? 5)
const d = process.env.COLOUR === 'red'
