import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { AnswerOf, BodyOf, Call, Operation } from './call.ts'
import { Problem, request } from './client.ts'

/** The subject of a path is the first part of its key, by which the live events and changes find it. */
const keyOf = ({ path, query }: Call<Operation>) => [path.split('/')[1] ?? '', path, query] as const

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
      placeholderData: keepPreviousData,
    },
  },
})

type Reading = Extract<Operation, `GET ${string}`>

/** What the API answers, kept fresh. `null` asks nothing yet; `everyMs`: no live event announces its changes. */
export function useGet<Op extends Reading>(
  asked: Call<Op> | null,
  { everyMs }: { everyMs?: number } = {},
): UseQueryResult<AnswerOf<Op>> {
  return useQuery({
    queryKey: asked === null ? [''] : keyOf(asked),
    queryFn: async ({ signal }) => request(asked!, { signal }),
    enabled: asked !== null,
    refetchInterval: everyMs ?? false,
  })
}

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next_cursor: string | null
}

/** Operations that answer page by page. */
type Paged = {
  [Op in Reading]: AnswerOf<Op> extends Page<unknown> ? Op : never
}[Reading]
type ItemOf<Op extends Paged> = AnswerOf<Op>['items'][number]

/** A list that loads more as the reader scrolls. */
export function usePages<Op extends Paged>(asked: Call<Op>) {
  return useInfiniteQuery({
    queryKey: keyOf(asked),
    queryFn: async ({ pageParam, signal }): Promise<Page<ItemOf<Op>>> =>
      request({ ...asked, query: { ...asked.query, cursor: pageParam } }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** What is done once the server has answered. */
interface Then<Answer> {
  readonly onSuccess?: (answer: Answer) => void
  readonly onError?: (problem: Problem) => void
}

/**
 * Changes something on the server, and has everything on screen looked at again. What is done then is done also where the
 * part of the page that asked is gone by that time, as a case's answers are once it is decided.
 */
export function useSend<Op extends Exclude<Operation, Reading>, Given = BodyOf<Op>>(
  asked: Call<Op> | ((given: Given) => Call<Op>),
  { quiet = false, bodyOf }: { quiet?: boolean; bodyOf?: (given: Given) => BodyOf<Op> } = {},
) {
  const client = useQueryClient()
  const { mutateAsync, isPending, error, data } = useMutation<AnswerOf<Op>, Problem, Given>({
    mutationFn: async (given) =>
      request(typeof asked === 'function' ? asked(given) : asked, {
        body: bodyOf ? bodyOf(given) : (given as BodyOf<Op>),
      }),
    // A mere question changes nothing.
    onSuccess: async () => (quiet ? undefined : client.invalidateQueries()),
  })
  const mutate = (given: Given, { onSuccess = () => {}, onError = () => {} }: Then<AnswerOf<Op>> = {}): void =>
    void mutateAsync(given).then(onSuccess, onError)
  return { mutate, isPending, error, data }
}
