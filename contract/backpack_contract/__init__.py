"""What two or more programs of a backpack must agree on, and nothing else.

Every module here is small, imports only the standard library, and is imported
by both sides of the agreement it states: an image that carries one program
carries this package too.
"""
