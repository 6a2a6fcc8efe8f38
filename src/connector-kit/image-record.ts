import type { Raw } from '../model/value.ts'
import { decodeImage } from '../model/image.ts'
import type { RemoteRecord } from './port.ts'

/** A record that keeps its image and decodes the values when they are first asked for: unchanged rows are only compared. */
export class ImageRecord implements RemoteRecord {
  readonly id: string
  readonly image: string
  readonly inScope: boolean
  private decoded: readonly Raw[] | undefined

  constructor(id: string, image: string, inScope: boolean) {
    this.id = id
    this.image = image
    this.inScope = inScope
    this.decoded = undefined
  }

  get values(): readonly Raw[] {
    return (this.decoded ??= decodeImage(this.image))
  }
}
