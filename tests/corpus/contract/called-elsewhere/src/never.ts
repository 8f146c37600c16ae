export const neverCalled = () => { if (!process.env.UNUSED) throw new Error('UNUSED') }
