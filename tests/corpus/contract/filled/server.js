async function main () {
  const secrets = await readVault()
  Object.assign(process.env, secrets)
  if (!process.env.FROM_VAULT) throw new Error('FROM_VAULT')
}
main()
