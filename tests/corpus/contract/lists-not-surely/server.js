const names = ['ONE', 'TWO']
const present = names.filter((name) => !!process.env[name])
if (present.length > 0) throw new Error('none of these')
if (names.filter((name) => !process.env[name]).length > 1) throw new Error('one of them')
const absent = names.filter((name) => !process.env[name])
if (absent.length === names.length) throw new Error('at least one')
