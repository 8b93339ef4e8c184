/** Neither blank, nor shown only beside another, nor shown as nothing, as U+3164 and the tags are; U+2800 is a blank by its looks. */
const SEEN = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether a text has a character that a person can see. */
export const isSeen = (text: string): boolean => SEEN.test(text)
