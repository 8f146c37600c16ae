export default function () {
  if (!process.env.MADE) throw new Error('MADE')
}
