import type { Entry } from './commands.ts'

/** The commands for what a server is set up with: scopes, resources, keys. In the order of help. */
export const SETUP: readonly Entry[] = [
  {
    name: 'scope:set',
    group: 'Setup',
    summary: 'Describe a scope, or make it a default.',
    load: async () => (await import('./scope-set.ts')).scopeSet,
  },
  {
    name: 'scope:list',
    group: 'Setup',
    summary: 'List the described scopes.',
    load: async () => (await import('./scope.ts')).scopeList,
  },
  {
    name: 'scope:delete',
    group: 'Setup',
    summary: 'Forget the description of a scope.',
    load: async () => (await import('./scope.ts')).scopeDelete,
  },
  {
    name: 'resource:create',
    group: 'Setup',
    summary: 'Register a resource that tokens are for.',
    load: async () => (await import('./resource-create.ts')).resourceCreate,
  },
  {
    name: 'resource:list',
    group: 'Setup',
    summary: 'List the resources.',
    load: async () => (await import('./resource.ts')).resourceList,
  },
  {
    name: 'resource:show',
    group: 'Setup',
    summary: 'Show a resource, or what it should serve of itself.',
    load: async () => (await import('./resource.ts')).resourceShow,
  },
  {
    name: 'resource:delete',
    group: 'Setup',
    summary: 'Forget a resource.',
    load: async () => (await import('./resource.ts')).resourceDelete,
  },
  {
    name: 'key:list',
    group: 'Setup',
    summary: 'List the signing keys.',
    load: async () => (await import('./key.ts')).keyList,
  },
  {
    name: 'key:rotate',
    group: 'Setup',
    summary: 'Make a new signing key, which takes over.',
    load: async () => (await import('./key-rotate.ts')).keyRotate,
  },
  {
    name: 'key:revoke',
    group: 'Setup',
    summary: 'End a signing key and all it signed.',
    load: async () => (await import('./key-revoke.ts')).keyRevoke,
  },
  {
    name: 'secret:rotate',
    group: 'Setup',
    summary: 'Change the master secret, losing no token.',
    load: async () => (await import('./secret-rotate.ts')).secretRotate,
  },
]
