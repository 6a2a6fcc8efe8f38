import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { get, type Method, Problem, type Query, send } from './client.ts'

/** The subject of a path is the first part of its key, by which the live events and changes find it. */
const keyOf = (path: string, query: Query) => [path.split('/')[1] ?? '', path, query] as const

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

/** What a path of the API answers, kept fresh. `null` as path asks nothing yet; `everyMs`: nothing hints at its changes. */
export function useGet<T>(
  path: string | null,
  query: Query = {},
  { everyMs }: { everyMs?: number } = {},
): UseQueryResult<T> {
  return useQuery({
    queryKey: keyOf(path ?? '', query),
    queryFn: async ({ signal }) => get<T>(path!, query, signal),
    enabled: path !== null,
    refetchInterval: everyMs ?? false,
  })
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next_cursor: string | null
  readonly total?: number | null
}

/** A list that goes on where the reader scrolls to. */
export function usePages<T>(path: string, query: Query = {}) {
  return useInfiniteQuery({
    queryKey: keyOf(path, query),
    queryFn: async ({ pageParam, signal }) => get<Page<T>>(path, { ...query, cursor: pageParam }, signal),
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
export function useSend<Body, Answer = unknown>(
  method: Method,
  path: string | ((body: Body) => string),
  { quiet = false, bodyOf }: { quiet?: boolean; bodyOf?: (body: Body) => unknown } = {},
) {
  const client = useQueryClient()
  const { mutateAsync, isPending, error, data } = useMutation<Answer, Problem, Body>({
    mutationFn: async (body) =>
      send<Answer>(
        method,
        typeof path === 'string' ? path : path(body),
        method === 'DELETE' ? undefined : bodyOf ? bodyOf(body) : body,
      ),
    // A mere question changes nothing.
    onSuccess: async () => (quiet ? undefined : client.invalidateQueries()),
  })
  const mutate = (body: Body, { onSuccess = () => {}, onError = () => {} }: Then<Answer> = {}): void =>
    void mutateAsync(body).then(onSuccess, onError)
  return { mutate, isPending, error, data }
}
