/** Opens an address in the browser of whoever sits here. Where there is none, the printed address is left. */
export const openInBrowser = async (url: string): Promise<void> => {
  try {
    const { default: open } = await import('open')
    // The program that opens it may be missing, or fail later; the address was printed.
    ;(await open(url)).on('error', () => {})
  } catch {}
}
