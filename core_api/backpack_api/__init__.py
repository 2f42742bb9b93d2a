"""The core API: the program that every backpack runs.

One process, two listeners. A request goes route -> service -> store; nothing
calls back up (`lint-imports` checks it).
"""
