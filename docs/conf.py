"""How `python3 dev.py docs` makes pages of the project's Markdown and docstrings, with Sphinx."""

import cvmcount

project = "cvmcount"
version = release = cvmcount.__version__
project_copyright = "the authors of cvmcount, MIT licence"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
root_doc = "docs/README"
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/api.rst",
    "benchmarks/*.md",
    "benchmarks/results/*.md",
]
myst_heading_anchors = 3
autodoc_mock_imports = ["dask", "pandas", "pyarrow", "pyspark", "ray"]
# Source files and folders are no pages; tests/test_links.py checks all links. Results are linked.
suppress_warnings = ["myst.xref_missing", "toc.not_included"]

default_role = "code"
autodoc_default_options = {"members": True, "special-members": "__len__, __contains__, __getitem__"}
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"  # light, dark, and narrow screens
html_title = f"cvmcount {release}"
html_extra_path = ["index.html"]  # leads to the front page
html_copy_source = False
copybutton_prompt_text = ">>> |\\.\\.\\. "
copybutton_prompt_is_regexp = True

# On forges the table of docs/README.md leads to the pages; here there is a menu, too.
MENU = {
    "Use it": [
        "start",
        "elements",
        "columns",
        "command_line",
        "groups",
        "sample",
        "merging",
        "engines",
    ],
    "Trust it": ["accuracy", "how_it_works", "comparison", "hostile_data", "glossary"],
    "Engines": ["spark", "dask", "ray"],
    "Look it up": ["api", "cpp", "format", "../CHANGELOG"],
    "Work on it": ["../ARCHITECTURE", "../CONTRIBUTING", "../benchmarks/NOTES"],
}


def add_menu(app, docname, source):
    if docname == root_doc:
        for caption, pages in MENU.items():
            entries = "\n".join(pages)
            source[0] += f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n{entries}\n```\n"


def drop_signature(app, what, name, found, options, lines):
    """Drop the one with which the docstrings of compiled classes begin: api.rst has it."""
    if what == "class" and lines and lines[0].startswith(f"{found.__name__}("):
        del lines[: lines.index("") + 1]


def setup(app):
    app.connect("source-read", add_menu)
    app.connect("autodoc-process-docstring", drop_signature, priority=1)  # before napoleon
