import { z } from 'zod'
const first = z.object({ STOPS: z.string() }).safeParse(process.env)
if (!first.success) {
  console.error(first.error)
  process.exit(1)
}
const second = z.object({ WARNS: z.string() }).safeParse(process.env)
if (!second.success) console.warn(second.error)
const { success, error } = z.object({ ERROR: z.string() }).safeParse(process.env)
if (error) throw error
const body = z.object({ NOT_ENV: z.string() }).parse(request.body)
const { success: fine } = z.object({ RENAMED: z.string() }).safeParse(process.env)
if (!fine) process.exit(1)
const { success: known } = z.object({ KNOWN: z.string() }).safeParse(process.env)
if (known) process.exit(1)
