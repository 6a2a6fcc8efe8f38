const SECRET = /(?:pass(?:word|wd|phrase)?|pwd|token|secret|api[-_]?key|private[-_]?key|access[-_]?key|credentials?)$/i

/** Whether a setting with this name holds a secret: `password`, `crm_token`, `api_key`. */
export const isSecretSetting = (name: string): boolean => SECRET.test(name)
