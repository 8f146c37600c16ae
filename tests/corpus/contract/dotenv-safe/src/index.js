require('./vars')
