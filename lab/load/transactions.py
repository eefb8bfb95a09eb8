"""Client transactions over UDP: a request is sent again until it is answered (RFC 3261 §17.1.2.2)."""

from collections import deque

__all__ = ["T1", "Transactions"]

T1, _T2 = 0.5, 4.0
_INTERVALS = (T1, 1.0, 2.0, _T2)
_TIMER_F = 64 * T1


class Transactions:
    """By number of the message. A queue for each interval of timer E: what waits equally long is in order."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[bytes, float]] = {}
        self._queues: list[deque[tuple[float, int]]] = [deque() for _ in _INTERVALS]

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self, number: int, request: bytes, now: float) -> None:
        """It has been sent."""
        self._waiting[number] = (request, now + _TIMER_F)
        self._queues[0].append((now + T1, number))

    def end(self, number: int) -> bool:
        """A final answer, or nobody wants one any more; False: nobody waited."""
        return self._waiting.pop(number, None) is not None

    def expire(self, now: float) -> list[bytes]:
        """What is to be sent again."""
        again: list[bytes] = []
        for index, queue in enumerate(self._queues):
            while queue and (queue[0][0] <= now or queue[0][1] not in self._waiting):
                number = queue.popleft()[1]
                request, until = self._waiting.get(number, (b"", 0.0))
                if now < until:
                    again.append(request)
                    following = min(index + 1, len(_INTERVALS) - 1)
                    self._queues[following].append((now + _INTERVALS[following], number))
                elif request:
                    del self._waiting[number]
        return again

    def deadline(self) -> float | None:
        """When `expire` may have work."""
        return min((queue[0][0] for queue in self._queues if queue), default=None)
