const a = process.env.ASSERTED!
const b = process.env.CAST as string
const c = process.env.SPLIT!.split(',')
const d = (process.env.WRAPPED as string | undefined) ?? 'd'
