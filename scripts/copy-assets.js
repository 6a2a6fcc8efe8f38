/** Completes `dist/` with the files of `src/` that are neither TypeScript nor for its readers, such as migrations. */
import { cpSync, statSync } from 'node:fs'

cpSync('src', 'dist', {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || !/\.(ts|md)$/.test(path),
})
