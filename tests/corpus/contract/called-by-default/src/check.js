module.exports = function check() {
  if (!process.env.CHECKED) throw new Error('CHECKED')
}
