import arkenv from 'arkenv'

export const env = arkenv({ OURS: 'number.port', DEBUG_ON: 'boolean = false' })
export const other = arkenv({ NOT_OURS: 'string' }, {})
