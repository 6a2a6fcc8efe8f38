import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'

/** Asks before the rest goes on. Escape and the backdrop close it; however it goes, the focus returns to where it was. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const shown = dialog.current!
    shown.showModal()
    // One that is only taken off the page gives the focus to nobody.
    return () => shown.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      // What is closed and shown again, as a component that is mounted twice does, is not closed.
      onClose={() => dialog.current?.open === false && close()}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div className="stack">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}

/** As the `ref` of what has the focus when the dialog opens; without one it is the first thing that can have it. */
export const hasFocusFirst = (element: HTMLElement | null): void => element?.setAttribute('autofocus', '')

/** As the `ref` of what comes into a dialog that may be longer than its window. */
export const comesIntoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' })
