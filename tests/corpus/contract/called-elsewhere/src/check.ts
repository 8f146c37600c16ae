export function checkEnvironment(): void {
  if (!process.env.TOKEN) throw new Error('TOKEN is missing')
}
