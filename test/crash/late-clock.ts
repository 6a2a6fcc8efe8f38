/**
 * Loaded into a process before everything else: its clock jumps ahead as soon as the file `CONCORDAT_LATE_CLOCK` exists, as
 * the clock of a process does that stood still.
 */
import { existsSync } from 'node:fs'

const file = process.env['CONCORDAT_LATE_CLOCK']!
const JUMP_MS = Number(process.env['CONCORDAT_LATE_CLOCK_MS'])

const now = Date.now.bind(Date)
Date.now = () => now() + (existsSync(file) ? JUMP_MS : 0)
