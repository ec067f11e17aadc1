#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The public headers as data: bindings/api.json, and what is generated from it.

    describe.py            writes bindings/api.json and the raw layers made from it
    describe.py --check    says what is not as the headers are now; exit 1

The headers are the one description of the interface; a binding is made from api.json and never reads C. They are
written in a strict dialect, and what does not fit it is an error that names the line:

- Between `#ifdef __cplusplus` and its `#endif` nothing is read. `#define NAME INTEGER` is a constant; other lines of
  the preprocessor are passed over, so a guarded struct is read like any other.
- A declaration is one of:
      typedef enum NAME { A = 1, B } NAME;      enum { A = 1, B };
      typedef struct NAME { FIELDS } NAME;      struct NAME { FIELDS };       typedef struct NAME NAME;  (a handle)
      typedef RETURN (*NAME)(PARAMETERS);       [SWK_API] RETURN NAME(PARAMETERS);
  A field is `TYPE name;`, `TYPE a, b;`, `TYPE name[N];` or `RETURN (*name)(PARAMETERS);`. Types are those of C_TYPES,
  structs, enums, callbacks and handles declared before, and pointers to them. Every parameter of a function has a name.
- A block comment right before a declaration, or before a run of them without an empty line, is its text; so is one
  at the end of its line. `/* ---- words */` begins a section.
- Direction. A pointer to const, a handle, a callback and a scalar go in. `HANDLE **x` comes out and is the caller's,
  freed with HANDLE_free or HANDLE_close. Other pointers come out; those to a struct that begins with `size` have it set
  by the caller. Arrow structs come out and are the caller's to release, unless the text says of one that it "stays the
  caller's". `char *text` with `size_t size` after it is room for a text.
- Null. A pointer may be NULL where the text says "`x` may be NULL" or "`x`, `y` and `z` may be NULL", and a handle
  where it says "NULL is fine" or "for [a] NULL"; `swk_error *` and `void *context` always.
- A function returns a code when it takes a `swk_error *`, or returns int and its text names SWK_OK or an SWK_ERR_.
  A returned text is static where the text says so, else it lives as long as the handle that was asked.
- "Since X.Y." in the text is the version that brought it; without, the first one.
"""

import argparse
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEADERS = ("include/salesweek.h", "bindings/import/salesweek_import.h")
PYTHON_HEADERS = (*HEADERS, "bindings/python/native/native.h")
FIRST_VERSION = "0.1.0"

# type -> bytes, and alignment, where pointers have eight
C_TYPES = {
    "char": 1,
    "double": 8,
    "int": 4,
    "int32_t": 4,
    "int64_t": 8,
    "size_t": 8,
    "uint32_t": 4,
    "uint64_t": 8,
    "unsigned": 4,
    "void": 0,
}
POINTER = 8

TOKEN = re.compile(r'/\*.*?\*/|#[^\n]*(?:\\\n[^\n]*)*|"[^"\n]*"|[;{}]|\n|[^;{}/#"\n]+|.', re.DOTALL)
ENUM = re.compile(r"(?:typedef )?enum (\w+ )?\{(.*)\}( \w+)?", re.DOTALL)
STRUCT = re.compile(r"(?:typedef )?struct (\w+) \{(.*)\}(?: \w+)?", re.DOTALL)
HANDLE = re.compile(r"typedef struct (\w+) (\w+)")
CALLBACK = re.compile(r"typedef (.+?) ?\(\*(\w+)\)\((.*)\)", re.DOTALL)
FUNCTION = re.compile(r"(?:SWK_API )?(.+?[ *])(\w+)\((.*)\)", re.DOTALL)
MEMBER = re.compile(r"(?P<result>[\w *]+?) ?\(\*(?P<name>\w+)\)\((?P<parameters>[^)]*)\)", re.DOTALL)
PLAIN = re.compile(r"(?P<type>(?:const )?(?:struct )?\w+(?:[ *]|const\b)+)(?P<name>\w+)(?:\[(?P<count>\d+)\])?")
SECTION = re.compile(r"/\* -{8,} *(.*?) *\*/")


class DialectError(Exception):
    """A line that the dialect does not have; `header` and `line` say where, once they are known."""

    header, line = None, 0


def prose(comment):
    """A comment's text; paragraphs and indented lines stay."""
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment[2:-2].strip().splitlines()]
    return "\n".join(line.expandtabs(8) for line in lines).strip()


def spaced(text):
    return re.sub(r"\s+", " ", text).strip()


def pointers(text):
    """A type as it is written here: one space, stars together at the end."""
    return re.sub(r"\* (?=\*)", "*", re.sub(r" ?\*", " *", spaced(text)).replace("* *", "**")).strip()


class Declaration:
    """One statement of a header: its code without comments, its members' comments, its text."""

    def __init__(self, line):
        self.line, self.code, self.before, self.after = line, "", "", ""
        self.section = ""

    @property
    def text(self):
        return "\n".join(part for part in (self.before, self.after) if part)


class Reader:
    """Splits a header into declarations."""

    def __init__(self, path):
        self.path, self.declarations, self.constants = path, [], []
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"#ifdef __cplusplus\n.*?#endif", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
        text = re.sub(r"^.*?\n#define \w+_H\n", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
        self.line, self.depth, self.section = 1, 0, ""
        self.comment, self.current = "", None
        self.newlines = 0  # since the last comment or declaration
        for match in TOKEN.finditer(text):
            self.take(match[0])
            self.line += match[0].count("\n")

    def take(self, token):
        if token == "\n":
            self.newlines += 1
            if self.newlines > 1 and self.current is None:
                self.comment = ""
            if self.current:
                self.current.code += "\n"
        elif token.startswith("/*"):
            self.take_comment(token)
        elif token.startswith("#"):
            self.take_directive(token)
        elif token.strip():
            self.take_code(token)

    def take_comment(self, token):
        if self.current:
            self.current.code += token
        elif SECTION.fullmatch(token):
            self.section, self.comment = SECTION.fullmatch(token)[1], ""
        elif self.newlines == 0 and self.declarations:
            self.declarations[-1].after = prose(token)
        else:
            self.comment, self.newlines = prose(token), 0

    def take_directive(self, token):
        match = re.fullmatch(r"#define (\w+) (-?\d+)", token.strip())
        if match:
            self.constants.append({"name": match[1], "value": int(match[2]), "doc": self.comment})

    def take_code(self, token):
        if self.current is None:
            self.current = Declaration(self.line)
            self.current.before, self.current.section = self.comment, self.section
        self.newlines = 0
        self.depth += (token == "{") - (token == "}")
        if token == ";" and self.depth == 0:
            self.declarations.append(self.current)
            self.current = None
        else:
            self.current.code += token


def parts(code):
    """(code, comment) of every member that ends in ; or , at this level; a comment after it is its own."""
    members, depth, piece, comment, ended = [], 0, "", "", True
    for token in re.findall(r"/\*.*?\*/|[(){};,]|[^(){};,/]+|/", code, re.DOTALL):
        if token.startswith("/*"):
            comment = f"{comment} {spaced(prose(token))}".strip()
            continue
        depth += (token == "(") - (token == ")")
        if token in ";," and depth == 0:
            piece, ended = spaced(piece), True
            if members or piece:
                members.append([piece, ""])
            piece = ""
            continue
        if ended and token.strip():
            if members:
                members[-1][1] = comment
            comment, ended = "", False
        piece += token
    if piece.strip():
        members.append([spaced(piece), ""])
    if members:
        members[-1][1] = comment
    return [tuple(member) for member in members]


class Description:
    """What the headers declare."""

    def __init__(self):
        self.constants, self.enums, self.structs, self.handles = [], [], [], []
        self.callbacks, self.functions = [], []
        self.known = {}  # name -> kind

    # ---- types

    def kind(self, name):
        if name in C_TYPES:
            return "scalar" if name not in ("void", "char") else name
        if name in self.known:
            return self.known[name]
        raise DialectError(f"{name} is not a type that was declared before")

    def base(self, written):
        """The type without const, struct and stars; how many stars."""
        words = re.sub(r"\b(const|struct)\b|\*", " ", written).split()
        if len(words) != 1:
            raise DialectError(f"{written!r} is not a type of the dialect")
        return words[0], written.count("*")

    def size(self, written, count=None):
        """(bytes, alignment)"""
        name, stars = self.base(written)
        kind = self.kind(name)
        if stars or kind == "callback":
            size = alignment = POINTER
        elif kind == "struct":
            struct = next(struct for struct in self.structs if struct["name"] == name)
            size, alignment = struct["size"], struct["alignment"]
        else:
            size = alignment = C_TYPES.get(name, 4)
        return size * (count or 1), alignment

    # ---- declarations

    def add(self, declaration):
        code = declaration.code.strip()
        bare = spaced(re.sub(r"/\*.*?\*/", " ", code, flags=re.DOTALL))
        for pattern, add in (
            (ENUM, self.add_enum),
            (STRUCT, self.add_struct),
            (HANDLE, self.add_handle),
            (CALLBACK, self.add_callback),
            (FUNCTION, self.add_function),
        ):
            match = pattern.fullmatch(code if pattern in (ENUM, STRUCT) else bare)
            if match:
                add(declaration, *match.groups())
                return
        raise DialectError(f"{bare!r} is no declaration of the dialect")

    def add_enum(self, declaration, name, body, _):
        value, values = -1, []
        for code, comment in parts(body):
            match = re.fullmatch(r"(\w+)(?: = (-?\d+))?", code)
            if not match:
                raise DialectError(f"{code!r} is no value of an enum")
            value = int(match[2]) if match[2] else value + 1
            values.append({"name": match[1], "value": value, "doc": comment})
        name = (name or "").strip() or None
        if name:
            self.known[name] = "enum"
        self.enums.append({"name": name, "values": values, **self.about(declaration)})

    def add_struct(self, declaration, name, body):
        self.known[name] = "struct"
        fields, at, widest = [], 0, 1
        for code, comment in self.fields(body):
            field = self.field(code, comment)
            size, alignment = self.size(field["type"], field.get("count"))
            at, widest = -(-at // alignment) * alignment, max(widest, alignment)
            field["offset"] = at
            at += size
            fields.append(field)
        size = -(-at // widest) * widest
        self.structs.append(
            {"name": name, "size": size, "alignment": widest, "fields": fields, **self.about(declaration)}
        )

    def fields(self, body):
        """`uint64_t a, b` are two fields of one type."""
        type_ = ""
        for code, comment in parts(body):
            if "(" not in code and " " not in code:
                code = f"{type_} {code}"
            elif "(" not in code:
                match = PLAIN.fullmatch(code)
                type_ = match["type"] if match else ""
            yield code, comment

    def field(self, code, comment):
        match = MEMBER.fullmatch(code)
        if match:
            signature = self.signature(match["result"], match["parameters"], "")
            return {"name": match["name"], "type": "void *", "callback": signature, "doc": comment}
        match = PLAIN.fullmatch(code)
        if not match:
            raise DialectError(f"{code!r} is no field of the dialect")
        field = {"name": match["name"], "type": pointers(match["type"]), "doc": comment}
        if match["count"]:
            field["count"] = int(match["count"])
        return field

    def add_handle(self, declaration, name, alias):
        if name != alias:
            raise DialectError(f"struct {name} is called {alias}")
        self.known[name] = "handle"
        self.handles.append({"name": name, **self.about(declaration)})

    def add_callback(self, declaration, result, name, written):
        self.known[name] = "callback"
        self.callbacks.append(
            {"name": name, **self.signature(result, written, declaration.text), **self.about(declaration)}
        )

    def add_function(self, declaration, result, name, written):
        signature = self.signature(result, written, declaration.text, name)
        self.functions.append({"name": name, **signature, **self.about(declaration)})

    def about(self, declaration):
        since = re.search(r"\bSince (\d+\.\d+(?:\.\d+)?)\.", declaration.text)
        return {
            "section": declaration.section,
            "since": since[1] if since else FIRST_VERSION,
            "doc": declaration.text,
        }

    # ---- parameters

    def signature(self, result, written, text, name=""):
        parameters = []
        for piece in spaced(written).split(","):
            if piece.strip() == "void" or not piece.strip():
                continue
            piece = piece.strip()
            if not name and piece.endswith("*"):  # of a function in a struct, as Arrow writes its own
                piece += f" argument{len(parameters) + 1}"
            match = PLAIN.fullmatch(piece)
            if not match:
                raise DialectError(f"{piece!r} is no parameter of the dialect")
            parameters.append({"name": match["name"], "type": pointers(match["type"])})
        for parameter, after in zip(parameters, [*parameters[1:], None]):
            self.direct(parameter, after, text, name)
        return {"returns": self.result(pointers(result), parameters, text if name else ""), "parameters": parameters}

    def direct(self, parameter, after, text, function):
        """Direction, ownership and nullability of a pointer."""
        written = parameter["type"]
        name, stars = self.base(written)
        kind = self.kind(name)
        parameter["direction"] = "in"
        if kind == "callback":
            parameter["nullable"] = may_be_null(parameter["name"], text)
        if not stars:
            return
        always = written == "swk_error *" or (name == "void" and parameter["name"].endswith("context"))
        tolerant = kind == "handle" and stars == 1 and re.search(r"NULL is fine|\bfor (a )?NULL\b", text)
        parameter["nullable"] = always or bool(tolerant) or may_be_null(parameter["name"], text)
        if kind == "handle" and stars == 2:
            parameter.update(direction="out", ownership="caller", freed_with=self.free_function(name))
        elif kind == "handle":
            parameter["ownership"] = "taken" if function == self.free_function(name) else "borrowed"
        elif written.startswith("const ") or name == "void":
            parameter["ownership"] = "borrowed"
        elif name.startswith("Arrow"):
            stays = re.search(rf"\b{parameter['name']}\b`? stays the caller's", text)
            parameter.update(
                {"direction": "inout", "ownership": "borrowed"}
                if stays
                else {"direction": "out", "ownership": "caller", "freed_with": "release"}
            )
        else:
            parameter.update(direction="out", ownership="borrowed")
            if name == "char" and after and after["name"] == "size":
                parameter["room"] = after["name"]

    def free_function(self, handle):
        return f"{handle}_close" if handle == "swk_store" else f"{handle}_free"

    def result(self, written, parameters, text):
        result = {"type": written}
        taken = any(parameter["type"] == "swk_error *" for parameter in parameters)
        if written == "int" and (taken or re.search(r"\bSWK_(OK|ERR_\w+)", text)):
            result["meaning"] = "code"
        if written.endswith("*") and self.base(written)[0] == "char":
            static = "static string" in spaced(text)
            result.update(ownership="borrowed", lives="static" if static else parameters[0]["name"])
            result["nullable"] = "NULL" in text and not static
        return result


def may_be_null(name, text):
    """The words of the dialect, also over the end of a line."""
    for sentence in re.finditer(r"((?:`\w+`(?:,| and)? )+)may be NULL", spaced(text)):
        if f"`{name}`" in sentence[1]:
            return True
    return False


def describe(root=ROOT, headers=HEADERS):
    """The headers as one tree of dicts and lists."""
    found = Description()
    for header in headers:
        reader = Reader(root / header)
        found.constants += reader.constants
        for declaration in reader.declarations:
            try:
                found.add(declaration)
            except DialectError as error:
                error.header, error.line = header, declaration.line
                raise
    return {
        "format": 1,
        "headers": list(headers),
        "constants": found.constants,
        "enums": found.enums,
        "structs": found.structs,
        "handles": found.handles,
        "callbacks": found.callbacks,
        "functions": found.functions,
    }


def outputs(root=ROOT):
    """path -> text of everything that is made from the headers."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    import describe_ctypes

    return {
        "bindings/api.json": json.dumps(describe(root), indent=1, ensure_ascii=False) + "\n",
        "bindings/python/src/salesweek/_raw.py": describe_ctypes.module(describe(root, PYTHON_HEADERS)),
    }


def stale(root=ROOT):
    """(file, line, message) of everything that is not as the headers are now."""
    try:
        made = outputs(root)
    except DialectError as error:
        yield error.header, error.line, str(error)
        return
    for name, text in made.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield name, 1, "is not what the headers say: python3 bindings/describe.py writes it"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    found = list(stale())
    for name, line, message in found:
        if options.check or line > 1:
            print(f"{name}:{line}: {message}")
        else:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(outputs()[name], encoding="utf-8")
            print(f"wrote {name}")
    return 1 if found and (options.check or found[0][1] > 1) else 0


if __name__ == "__main__":
    sys.exit(main())
