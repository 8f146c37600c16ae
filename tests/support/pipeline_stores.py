"""The type of what the fixture `store` of tests/contract/stores gives."""

from fairway.adapters.memory.stores import MemoryStore
from fairway.adapters.store.store import Store

AnyStore = MemoryStore | Store
