/** What a column holds as JSON text, read whole; NULL is nothing. */
export const fromJson = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T))

export const toJson = (value: object | null): string | null => (value === null ? null : JSON.stringify(value))
