for (const name of ['FROM_FILE', 'FROM_IMAGE', 'FROM_SCRIPT', 'FROM_NOBODY']) {
  if (!process.env[name]) throw new Error(name)
}
