export function required(name: string): string {
  const value = process.env[name]
  if (value === undefined) {
    throw new Error(`${name} is not set`)
  }
  return value
}

export const optional = (name: string, fallback: string) => process.env[name] ?? fallback
