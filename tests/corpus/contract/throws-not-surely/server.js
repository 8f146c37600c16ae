if (!process.env.EITHER && !process.env.OR) throw new Error('one of them')
if (process.env.NODE_ENV === 'production' && !process.env.ONLY_LIVE) throw new Error('ONLY_LIVE')
if (process.env.MODE === 'mail') { if (!process.env.MAIL_KEY) throw new Error('MAIL_KEY') }
function handler () { if (!process.env.IN_HANDLER) throw new Error('IN_HANDLER') }
app.get('/', handler)
try { if (!process.env.CAUGHT) throw new Error('CAUGHT') } catch (error) { console.warn(error) }
if (!process.env.WARNED) console.warn('WARNED is missing')
function later () {
  if (process.env.SKIP) return
  if (!process.env.AFTER_RETURN) throw new Error('AFTER_RETURN')
}
later()
