export default () => {
  if (!process.env.LATER) throw new Error('LATER')
}
