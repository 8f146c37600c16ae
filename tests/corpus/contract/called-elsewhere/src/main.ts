import { checkEnvironment } from './check'
import { neverCalled } from './never'
checkEnvironment()
