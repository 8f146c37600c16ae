import { required } from 'somebody-elses'
import { required as needed } from './env'
required('NOT_A_VARIABLE')
needed('A_VARIABLE')
