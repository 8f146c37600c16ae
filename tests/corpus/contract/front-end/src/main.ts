const a = import.meta.env.VITE_TITLE
const b = process.env.NEXT_PUBLIC_URL
