# SPDX-License-Identifier: MIT
"""Functions that the house does not use: each with the reason, and the files that are free of it."""

import re

import house

EVERYWHERE = ("lib", "bindings")
LIBRARY = ("lib",)

# The two allocators: the library's, and that of the bindings, which see the library from outside.
ALLOCATORS = {"lib/base.c", "bindings/import/support.c"}

# Reads back what snprintf wrote, both in the locale that is in force, and keeps the digits alone.
PRINTERS = {"lib/result_write.c"}

# words, folders, files that may, why
TABLE = (
    (
        "malloc calloc realloc free reallocarray aligned_alloc posix_memalign memalign valloc strdup strndup asprintf"
        " vasprintf getline getdelim open_memstream",
        EVERYWHERE,
        ALLOCATORS,
        "memory comes from swk__alloc (bindings: swi__alloc), where a test can make it fail",
    ),
    ("alloca", EVERYWHERE, set(), "the stack is not measured"),
    (
        "gets strcpy stpcpy strcat strncpy strncat sprintf vsprintf",
        EVERYWHERE,
        set(),
        "writes without knowing the room",
    ),
    ("atoi atol atoll atof sscanf fscanf scanf", EVERYWHERE, set(), "cannot tell an error"),
    ("strtod strtof strtold", EVERYWHERE, PRINTERS, "depends on the locale"),
    ("setlocale uselocale", EVERYWHERE, set(), "the locale is the host's"),
    ("strtok asctime ctime gmtime localtime strerror getpwnam tmpnam mktemp", EVERYWHERE, set(), "hidden static state"),
    ("localtime_r mktime tzset timelocal", EVERYWHERE, set(), "reads the process's zone"),
    ("rand srand random srandom drand48", EVERYWHERE, set(), "randomness comes from swk__random_key"),
    ("system popen", EVERYWHERE, set(), "runs a shell"),
    ("exit _exit quick_exit abort", LIBRARY, set(), "a library does not end its host"),
    ("printf vprintf puts putchar perror fputs fprintf vfprintf", LIBRARY, set(), "a library does not print"),
)


def pattern(words):
    """A call; members of the same name are something else."""
    return re.compile(rf"(?<![\w.])(?<!->)({'|'.join(words.split())})\s*\(")


def findings(root):
    for words, folders, free, why in TABLE:
        uses = pattern(words)
        for path in house.files(root, folders):
            if str(house.relative(root, path)) in free:
                continue
            text = house.strip(house.read(path))
            for match in uses.finditer(text):
                yield path, house.number(text, match.start()), f"{match[1]}: {why}"


if __name__ == "__main__":
    house.main(findings)
