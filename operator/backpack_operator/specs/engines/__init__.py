"""The database engines, one module each behind `engine.Engine`: which container serves
MongoDB's wire protocol over the database's volume."""

from backpack_operator.specs.engines.engine import Engine, Launch
from backpack_operator.specs.engines.ferretdb import FERRETDB
from backpack_operator.specs.engines.mongodb import MONGODB

__all__ = ["ENGINES", "Engine", "Launch"]

ENGINES = {engine.name: engine for engine in (FERRETDB, MONGODB)}
