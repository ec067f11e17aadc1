# SPDX-License-Identifier: MIT
"""The raw ctypes layer, made from the description of the interface (describe.py): nothing in it is written by hand."""

import keyword

HEADING = '''\
# SPDX-License-Identifier: MIT
"""The C interface as ctypes sees it. Made by bindings/describe.py; not edited."""

import ctypes
from typing import Any

# fmt: off
'''

SCALARS = {
    "char": "c_char",
    "double": "c_double",
    "int": "c_int",
    "int32_t": "c_int32",
    "int64_t": "c_int64",
    "size_t": "c_size_t",
    "uint32_t": "c_uint32",
    "uint64_t": "c_uint64",
    "unsigned": "c_uint",
}

BINDER = '''
class Functions:
    """The functions of a loaded library, with their types."""

    def __init__(self, library: ctypes.CDLL) -> None:
        def bind(name: str, result: Any, *arguments: Any) -> Any:
            function = library[name]
            function.restype, function.argtypes = result, arguments
            return function

'''


def base(written):
    """A C type without const, struct and stars; how many stars."""
    words = written.replace("*", " ").split()
    return next(word for word in words if word not in ("const", "struct")), written.count("*")


class Types:
    """C types as ctypes expressions."""

    def __init__(self, api):
        self.structs = {struct["name"] for struct in api["structs"]}
        self.callbacks = {callback["name"] for callback in api["callbacks"]}
        self.enums = {enum["name"] for enum in api["enums"] if enum["name"]}

    def expression(self, written):
        name, stars = base(written)
        if name in self.callbacks:
            return name
        if stars == 0:
            return "None" if name == "void" else f"ctypes.{SCALARS.get(name, 'c_int')}"
        if name == "char":
            return "ctypes.c_char_p" if stars == 1 else "ctypes.POINTER(ctypes.c_char_p)"
        # Arrow's structs come and go by address: those of capsules.
        if name in self.structs and stars == 1 and not name.startswith("Arrow"):
            return f"ctypes.POINTER({name})"
        if name in SCALARS and stars == 1:
            return f"ctypes.POINTER(ctypes.{SCALARS[name]})"
        return "ctypes.POINTER(ctypes.c_void_p)" if stars == 2 else "ctypes.c_void_p"

    def field(self, field):
        if field["type"].startswith("struct Arrow") or "callback" in field:
            return "ctypes.c_void_p"
        expression = self.expression(field["type"])
        return f"{expression} * {field['count']}" if "count" in field else expression


def constants(api):
    for constant in api["constants"]:
        yield f"{constant['name']} = {constant['value']}"
    for enum in api["enums"]:
        for value in enum["values"]:
            yield f"{value['name']} = {value['value']}"


def callbacks(api, types):
    for callback in api["callbacks"]:
        # Bytes given to a callback are not NUL-terminated: an address, read with their length.
        arguments = [
            "ctypes.c_void_p" if "*" in parameter["type"] else types.expression(parameter["type"])
            for parameter in callback["parameters"]
        ]
        result = types.expression(callback["returns"]["type"])
        yield f"{callback['name']} = ctypes.CFUNCTYPE({', '.join([result, *arguments])})"


def structs(api, types):
    for struct in api["structs"]:
        yield f"\n\nclass {struct['name']}(ctypes.Structure):"
        yield "    _fields_ = ["
        for field in struct["fields"]:
            name = field["name"] + "_" * keyword.iskeyword(field["name"])
            yield f'        ("{name}", {types.field(field)}),'
        yield "    ]"


def functions(api, types):
    for function in api["functions"]:
        arguments = [types.expression(parameter["type"]) for parameter in function["parameters"]]
        result = types.expression(function["returns"]["type"])
        name = function["name"]
        call = f'        self.{name} = bind("{name}", {", ".join([result, *arguments])})'
        if len(call) <= 120:
            yield call
            continue
        yield f"        self.{name} = bind("
        yield from (f"            {piece}," for piece in [f'"{name}"', result, *arguments])
        yield "        )"


def module(api):
    types = Types(api)
    lines = [HEADING]
    lines += constants(api)
    lines += ["", *callbacks(api, types)]
    lines += structs(api, types)
    lines += [BINDER.rstrip("\n").replace("\nclass", "\n\nclass"), "", *functions(api, types)]
    return "\n".join(lines) + "\n"
