require('./loaded')
function lazy () { return require('./lazy') }
