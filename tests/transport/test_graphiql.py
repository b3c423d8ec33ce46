"""The page that browsers get, and what it may load."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from graphql import parse, print_ast

from gateway.app import make_app, make_loader
from gateway.errors import SettingsError
from gateway.settings import Settings
from gateway.transport.graphiql import Example, make_page, read_examples
from gateway.transport.graphiql.page import ASSETS
from tests.app.markets import settings
from tests.transport.exchange import Response, exchange

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "config" / "examples"


async def get(made: Settings, path: str, **headers: str) -> Response:
    response = await exchange(make_app(made, make_loader(made)), "GET", path, headers={"accept": "text/html"} | headers)
    assert response is not None
    return response


async def test_a_browser_gets_a_page_that_loads_from_us_alone(tmp_path: Path) -> None:
    """Every address in the page is our own, there is no script in it, and the policy allows no other host."""
    response = await get(settings(tmp_path), "/graphql")
    page = response.body.decode()
    assert re.findall(r'(?:src|href)="([^"]*)"', page) == [
        "/graphiql/icon.svg",
        "/graphiql/app.css",
        "/graphiql/app.js",
    ]
    assert "<script>" not in page
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "http" not in policy
    assert "unsafe-eval" not in policy


async def test_the_page_is_not_there_where_it_is_switched_off(tmp_path: Path) -> None:
    """Neither the page nor its files."""
    made = settings(tmp_path, graphiql={"enabled": False})
    assert (await get(made, "/graphql")).status == 406
    assert (await get(made, "/graphiql/app.js")).status == 404


@pytest.mark.parametrize(
    "file", ["app.js", "app.css", "graphql.worker.js", "json.worker.js", "editor.worker.js", "icon.svg", "LICENSES.txt"]
)
async def test_the_files_are_in_the_package(file: str, tmp_path: Path) -> None:
    """Each with its type, compressed for who asks, and looked after on each visit."""
    response = await get(settings(tmp_path), f"/graphiql/{file}", **{"accept-encoding": "gzip"})
    assert response.status == 200
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert ("javascript" in response.headers["content-type"]) is file.endswith(".js")


async def test_nothing_outside_the_folder_is_served(tmp_path: Path) -> None:
    """Paths that climb out, and the folder itself, are unknown."""
    made = settings(tmp_path)
    for path in ("/graphiql/../page.py", "/graphiql/%2e%2e/page.py", "/graphiql/", "/graphiql"):
        assert (await get(made, path)).status == 404


async def test_the_files_follow_the_endpoint(tmp_path: Path) -> None:
    """With the endpoint at another path they are beside it."""
    made = settings(tmp_path, graphql={"path": "/api/graphql"})
    assert b'src="/api/graphiql/app.js"' in (await get(made, "/api/graphql")).body
    assert (await get(made, "/api/graphiql/icon.svg")).status == 200


def test_the_bundle_names_no_other_host() -> None:
    """Styles load nothing from elsewhere, and scripts fetch from no absolute address."""
    assert not re.search(rb"@import|url\((?!['\"]?(data:|\./))", (ASSETS / "app.css").read_bytes())
    script = (ASSETS / "app.js").read_bytes()
    assert not re.search(rb"""(?:fetch|importScripts|new Worker|import)\(\s*["'`]https?:""", script)


def test_the_bundle_is_made_from_the_sources_beside_it() -> None:
    """A change in the recipe or in its sources without a new bundle is told; build/README.md says how to make one."""
    lines = (ASSETS / "SOURCES.txt").read_text(encoding="utf-8").splitlines()
    recorded = {name: digest for digest, name in (line.split("  ") for line in lines)}
    build = ASSETS.parent / "build"
    files = [path for pattern in ("*.mjs", "*.json", "src/*") for path in build.glob(pattern)]
    assert recorded == {path.relative_to(build).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_licences_of_what_is_bundled_are_kept() -> None:
    """The packages that the recipe names are all in the notices."""
    notices = (ASSETS / "LICENSES.txt").read_text(encoding="utf-8")
    recipe = json.loads((ASSETS.parent / "build" / "package.json").read_text(encoding="utf-8"))
    for name, version in recipe["dependencies"].items():
        assert f"{name} {version} (" in notices


def test_what_an_example_says_cannot_end_the_script() -> None:
    """Text that looks like the end of an element stays text."""
    text = {"zh": "</script>", "en": "<!--"}
    page = make_page("/graphql", examples=[Example("a", text, text, "</script>", "")], plan=True)
    (config,) = re.findall(rb'id="config">(.*?)</script>', page.html)
    assert b"<" not in config
    assert json.loads(config)["examples"][0]["query"] == "</script>"


def test_examples_have_titles_in_both_languages(tmp_path: Path) -> None:
    """The first two comments are title and text; one language alone serves for both; a file without them has its name."""
    (tmp_path / "b.graphql").write_text("# 标题 · Title\n# 说明\n# more\n{ a }")
    (tmp_path / "a.graphql").write_text("{ a }")
    (tmp_path / "b.json").write_text(' {"x": 1}\n')
    a, b = read_examples(tmp_path)
    assert (a.name, a.title, a.text, a.variables) == ("a", {"zh": "a", "en": "a"}, {"zh": "", "en": ""}, "")
    assert (b.title, b.text, b.variables) == ({"zh": "标题", "en": "Title"}, {"zh": "说明", "en": "说明"}, '{"x": 1}')
    assert b.query.endswith("{ a }")


def test_examples_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    """An empty folder and variables that are not JSON are refused by the setting's name."""
    with pytest.raises(SettingsError, match=r"^graphiql\.examples: there is no \*\.graphql file in "):
        read_examples(tmp_path)
    (tmp_path / "a.graphql").write_text("{ a }")
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(SettingsError, match=r"^graphiql\.examples: .*a\.json is not JSON: "):
        read_examples(tmp_path)


def test_the_project_s_examples_are_the_market_s_ten_queries() -> None:
    """Only their form and their titles are our own: operations and variables are those that the market's tests run."""
    market = ROOT / "subgraphs" / "demo" / "queries"
    variables = json.loads((market / "variables.json").read_text(encoding="utf-8"))
    queries = {path.stem: print_ast(parse(path.read_text(encoding="utf-8"))) for path in market.glob("*.graphql")}
    shown = read_examples(EXAMPLES)
    examples = {f"q{example.name}": example for example in shown if "\nsubscription " not in example.query}
    assert {name: print_ast(parse(example.query)) for name, example in examples.items()} == queries
    assert {name: json.loads(example.variables or "{}") for name, example in examples.items()} == variables
    assert all(example.title["zh"] != example.title["en"] for example in examples.values())
