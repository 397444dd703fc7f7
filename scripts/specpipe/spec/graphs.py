"""Directed graphs, given by what each node leads to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

Vertex = TypeVar("Vertex", bound=Hashable)


def components(
    nodes: Iterable[Vertex], onward: Callable[[Vertex], Iterable[Vertex]]
) -> list[frozenset[Vertex]]:
    """The nodes, grouped so that those which lead to each other are together; a group comes behind
    all that it leads to. Tarjan's algorithm, without recursion."""
    order: dict[Vertex, int] = {}
    low: dict[Vertex, int] = {}
    stack: list[Vertex] = []
    waiting: set[Vertex] = set()
    found: list[frozenset[Vertex]] = []
    for root in nodes:
        path = [] if root in order else [(root, iter(onward(root)))]
        while path:
            node, others = path[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                stack.append(node)
                waiting.add(node)
            for other in others:
                if other not in order:
                    path.append((other, iter(onward(other))))
                    break
                if other in waiting:
                    low[node] = min(low[node], order[other])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    cut = stack.index(node)
                    found.append(frozenset(stack[cut:]))
                    waiting.difference_update(stack[cut:])
                    del stack[cut:]
    return found


def longest(graph: Mapping[Vertex, Iterable[Vertex]]) -> int:
    """How many edges the longest way through a graph without circles has."""
    known: dict[Vertex, int] = {}
    for group in components(graph, lambda node: graph[node]):
        for node in group:
            known[node] = max((known[it] + 1 for it in graph[node]), default=0)
    return max(known.values(), default=0)
