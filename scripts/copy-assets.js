/** Completes `dist/` with the files of `src/` that are not TypeScript, such as migrations. */
import { cpSync, statSync } from 'node:fs'

cpSync('src', 'dist', {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || !path.endsWith('.ts'),
})
