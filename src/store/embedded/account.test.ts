import { expect, test } from 'vitest'

import { lendable } from './account.ts'

const root = 'root:x:0:0:root:/root:/bin/bash'

test('nobody is lent where it is listed, else the first account that is not root', () => {
  expect(lendable(`${root}\nbin:x:1:2::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n`)).toEqual({
    uid: 65534,
    gid: 65534,
  })
  expect(lendable(`${root}\ntoor:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\n`)).toEqual({ uid: 1000, gid: 1001 })
  expect(lendable(root)).toEqual({ uid: 65534, gid: 65534 })
})
