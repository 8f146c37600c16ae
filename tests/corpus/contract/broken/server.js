const a = process.env.BEFORE || 'x'
function ( { broken
const b = process.env.AFTER
