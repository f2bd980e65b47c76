"""SQLAlchemy's asyncio: synchronous code runs in greenlets, which are switched out at each query."""

import asyncio

import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

LIBRARY = """
import sqlalchemy
def query(session, n):
    return list(session.execute(sqlalchemy.text(f"select 1 + {n}")).scalars())
def call(session, function, n):
    return function(n, lambda n: query(session, n))
"""
library = {"__name__": "library"}
exec(LIBRARY, library)
sessions = []


def label(n):
    return f"row {n}"


def load(n, *query):
    return [label(row) for row in query[0](n)]


def check(n, *query):
    query[0](n)
    raise ValueError(n)


async def first(n):
    return await sessions[0].run_sync(library["call"], load, n)


async def main():
    engine = create_async_engine("sqlite+aiosqlite://")
    async with AsyncSession(engine) as session:
        sessions.append(session)
        await session.run_sync(library["call"], load, 5)
        try:
            await session.run_sync(library["call"], check, 7)
        except ValueError:
            label("caught")
        await asyncio.create_task(asyncio.wait_for(first(1), 60))
    await engine.dispose()


asyncio.run(main())

# tree
# main {} ~20 -> null
#   load {"n": 5, "query": [{"@": "function", "@name": "library.call.<locals>.<lambda>"}]} ~1 -> ["row 6"]
#     label {"n": 6} -> "row 6"
#   check {"n": 7, "query": [{"@": "function", "@name": "library.call.<locals>.<lambda>"}]} ~1 !! ValueError
#   label {"n": "caught"} -> "row caught"
#   first {"n": 1} ~4 -> ["row 2"]
#     load {"n": 1, "query": [{"@": "function", "@name": "library.call.<locals>.<lambda>"}]} ~1 -> ["row 2"]
#       label {"n": 2} -> "row 2"
