async function main () {
  const url = process.env.QUEUE_URL
  if (!url) throw new Error('QUEUE_URL is missing')
  await connect(url)
}

main().catch((error) => { console.error(error); process.exit(1) })
