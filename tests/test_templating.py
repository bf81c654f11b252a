"""Templates: the user's before ours, in a sandbox, and every mistake in them told with its place."""

import pytest

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.documents import Document
from exfig_mp.templating import Templates

DOCUMENT = Document("c.dart", "colors.dart", {"className": "C", "colors": [{"name": "a", "hex": "0xFF000000"}]})


def rendered(folder, text, name="colors.dart.jinja"):
    (folder / name).write_text(text, encoding="utf-8")
    return Templates("flutter", str(folder)).render(DOCUMENT).decode()


def refusal(folder, text):
    with pytest.raises(ConfigError) as caught:
        rendered(folder, text)
    return caught.value


def test_a_template_of_the_user_goes_before_the_built_in_one(tmp_path):
    assert rendered(tmp_path, "{% for color in colors %}{{ color.name }}!{% endfor %}") == "a!"


def test_only_the_header_may_be_of_the_user(tmp_path):
    (tmp_path / "header.jinja").write_text("Ours\n\nonly", encoding="utf-8")

    text = Templates("web", str(tmp_path)).render(Document("v.ts", "variables.ts", {"colors": []})).decode()

    assert text.startswith("// Ours\n//\n// only\n\nexport const variables")


def test_templates_know_name_styles_and_literals(tmp_path):
    text = "{{ 'text/default' | camel }} {{ 'a b' | snake }} {{ 'a\"b' | swift }} {{ '<&\"' | xml }} {{ 'é' | json }}"

    assert rendered(tmp_path, text) == 'textDefault a_b "a\\"b" &lt;&amp;&quot; "é"'


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ colors.append(1) }}",
        "{% include '../secret.jinja' %}",
        "{% include '/etc/passwd' %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    ],
)
def test_a_template_cannot_leave_the_sandbox(tmp_path, text):
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret.jinja").write_text("secret", encoding="utf-8")

    assert "colors.dart.jinja" in refusal(folder, text).message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\n{% for %}", ":2: the template cannot be read"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ className.nothing }}", "nothing"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 1 | unknown }}", "unknown"),
        ("{{ 1 + 'a' }}", "unsupported"),
        ("{% include 'other.jinja' %}", "other.jinja"),
        ("{% include 'colors.dart.jinja' %}", "recursion"),
    ],
)
def test_mistakes_are_told_with_the_template(tmp_path, text, words):
    error = refusal(tmp_path, text)

    assert "colors.dart.jinja" in error.message
    assert words in error.message
    assert "templatesPath" in error.advice


def test_a_template_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "colors.dart.jinja").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match=r"colors\.dart\.jinja"):
        Templates("flutter", str(tmp_path)).render(DOCUMENT)


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="is no folder"):
        Templates("flutter", str(tmp_path / "absent"))


def test_a_folder_without_a_template_of_ours_would_have_no_effect(tmp_path):
    (tmp_path / "colors.dart.stencil").write_text("", encoding="utf-8")

    with pytest.raises(ConfigError, match="Stencil") as caught:
        Templates("flutter", str(tmp_path))

    assert "colors.dart.jinja" in caught.value.advice
