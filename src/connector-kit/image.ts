export { decodeImage, encodeImage, encodeImageValue } from '../model/image.ts'
