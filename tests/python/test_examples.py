# SPDX-License-Identifier: MIT
"""The examples in the package's own words run, and say what they say."""

import doctest
import importlib
import pkgutil
import unittest

import salesweek


def load_tests(_loader, tests, _pattern):
    for module in pkgutil.iter_modules(salesweek.__path__, "salesweek."):
        if module.name != "salesweek._raw":
            tests.addTests(_examples(importlib.import_module(module.name)))
    tests.addTests(_examples(salesweek))
    return tests


def _examples(module):
    # Classes say that they belong to the package; the module that defines them is asked.
    finder = doctest.DocTestFinder(exclude_empty=True)
    suite = unittest.TestSuite()
    for name, found in vars(module).items():
        if isinstance(found, type) and found.__doc__ and not name.startswith("_") and _defined(found, module):
            for example in finder.find(found, name, module=False):
                suite.addTest(doctest.DocTestCase(example, optionflags=doctest.ELLIPSIS))
    suite.addTests(_module_examples(module))
    return suite


def _defined(found, module):
    return module.__name__ != "salesweek" and f"\nclass {found.__name__}" in open(module.__file__).read()


def _module_examples(module):
    try:
        return doctest.DocTestSuite(module, optionflags=doctest.ELLIPSIS)
    except ValueError:
        return unittest.TestSuite()


class Examples(unittest.TestCase):
    def test_everything_public_is_documented(self):
        for name in salesweek.__all__:
            found = getattr(salesweek, name)
            if getattr(found, "__module__", None) == "salesweek" or name == "open":
                self.assertTrue(found.__doc__, name)
        for kind in (salesweek.Store, salesweek.Result, salesweek.Catalog, salesweek.Ingested):
            for name, found in vars(kind).items():
                if not name.startswith("_") and (callable(found) or isinstance(found, property)):
                    self.assertTrue(found.__doc__, f"{kind.__name__}.{name}")


if __name__ == "__main__":
    unittest.main()
