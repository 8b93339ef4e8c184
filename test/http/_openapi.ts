/** What openapi.json says of an operation, and where an answer is another than that. */
import type { Answered } from './_harness.ts'

interface Schema {
  readonly $ref?: string
  readonly anyOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly unknown[] }>>
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

interface Operation {
  readonly parameters?: readonly { readonly name: string }[]
  readonly requestBody?: Body
  readonly responses: Readonly<Record<string, Body & { readonly $ref?: string }>>
}

/** As much of the document as is read here. */
export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Body>>
  }
}

/** An operation, and what may be sent to it. */
export interface DescribedOperation {
  readonly method: string
  readonly path: string
  readonly query: readonly string[]
  readonly media: string
  readonly body: readonly string[]
  readonly responses: Operation['responses']
}

export const operationsOf = (paths: Described['paths']): readonly DescribedOperation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    ['get', 'post'].flatMap((method) => {
      const operation = item[method]
      if (operation === undefined) return []
      const [media = '', given] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
      return [
        {
          method: method.toUpperCase(),
          path,
          query: (operation.parameters ?? []).map(({ name }) => name),
          media,
          body: Object.keys(given?.schema.properties ?? {}),
          responses: operation.responses,
        },
      ]
    }),
  )

/** What of an answer is not as documented; `undefined` when all is. */
export const mismatch = (
  { method, path, responses }: DescribedOperation,
  components: Described['components'],
  { status, headers, text, body }: Answered,
): string | undefined => {
  const at = `${method} ${path} ${status}`
  const told = responses[status]
  if (told === undefined) return `${at} is not documented`
  const { content } = told.$ref === undefined ? told : (components.responses[last(told.$ref)] ?? {})
  if (content === undefined) return text === '' ? undefined : `${at} has a body`
  const type = headers.get('content-type')?.split(';')[0] ?? ''
  const media = content[type] ?? content[type.replace(/\/.*/, '/*')]
  if (media === undefined) return `${at} is ${type}, and not ${Object.keys(content).join()}`
  return conforms(media.schema, body, components) ? undefined : `${at}: ${text}`
}

const last = (ref: string): string => ref.split('/').at(-1) ?? ''

const conforms = (
  { $ref, anyOf, required = [], properties = {} }: Schema,
  body: Answered['body'],
  components: Described['components'],
): boolean => {
  if ($ref !== undefined) return conforms(components.schemas[last($ref)] ?? {}, body, components)
  if (anyOf !== undefined) return anyOf.some((schema) => conforms(schema, body, components))
  return (
    required.every((name) => name in body) &&
    Object.entries(properties).every(([name, of]) => of.enum?.includes(body[name]) ?? true)
  )
}
