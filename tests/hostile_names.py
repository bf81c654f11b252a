"""Component names that mean something to whoever shows them: Markdown, GitHub, a CI runner, a browser."""

from __future__ import annotations

HOSTILE_NAMES = (
    "::error::owned", "##[add-mask]a", "a|b|c", "@octocat hello", "[x](http://evil.example)", "![](http://evil.example)",
    "<script>alert(1)</script>", "`code` ``more", "line\nbreak\r\n# title", "<img src=x onerror=alert(1)>",
    "</title></style><script>x", '" onload="x', "javascript:alert(1)", "#1 owner/repo#2", "www.evil.example",
    "me@evil.example", "\\|\\`", "%0A::error::x", "&lt;b&gt;", "turn\u202earound", ":tada:", "{{7*7}}{% x %}",
)  # fmt: skip
