"""What SVG is called in JSX: the elements and attributes that React knows, and the styles that browsers do.

https://react.dev/reference/react-dom/components/common, https://react.dev/reference/react-dom/components#all-svg-components
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _words(
    "circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix "
    "feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR "
    "feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight "
    "feTile feTurbulence filter g image line linearGradient marker mask path pattern polygon polyline radialGradient "
    "rect stop svg switch symbol text textPath title tspan use view"
)
REMOVED = _words(
    "script style metadata animate animateColor animateMotion animateTransform mpath set discard cursor handler "
    "listener"
)
"""Elements that draw nothing by themselves, or that act: what is in them is removed, too."""

TEXTS = _words("desc text textPath title tspan")
"""Elements whose text is shown, or read out."""

ATTRIBUTES = _words(
    "amplitude azimuth baseFrequency baseline-shift bias class clip-path clip-rule clipPathUnits color "
    "color-interpolation color-interpolation-filters cx cy d diffuseConstant direction display dominant-baseline dx dy "
    "edgeMode elevation exponent fill fill-opacity fill-rule filter filterUnits flood-color flood-opacity font-family "
    "font-size font-stretch font-style font-variant font-weight fr fx fy gradientTransform gradientUnits height href "
    "id in in2 intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength lengthAdjust letter-spacing lighting-color "
    "limitingConeAngle marker-end marker-mid marker-start markerHeight markerUnits markerWidth mask maskContentUnits "
    "maskUnits mode numOctaves offset opacity operator order orient overflow paint-order pathLength "
    "patternContentUnits patternTransform patternUnits pointer-events points pointsAtX pointsAtY pointsAtZ "
    "preserveAlpha preserveAspectRatio primitiveUnits r radius refX refY result role rotate rx ry scale seed "
    "shape-rendering slope spacing specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles "
    "stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin "
    "stroke-miterlimit stroke-opacity stroke-width style surfaceScale tableValues targetX targetY text-anchor "
    "text-decoration text-rendering textLength transform type unicode-bidi values vector-effect viewBox visibility "
    "width word-spacing writing-mode x x1 x2 xChannelSelector y y1 y2 yChannelSelector z xml:space"
)
_RENAMED = {"class": "className", "href": "xlinkHref", "xml:space": "xmlSpace"}

_RULES = _words("nonzero evenodd inherit")
CHOICES = {
    "clip-rule": _RULES,
    "fill-rule": _RULES,
    "color-interpolation-filters": _words("auto sRGB linearRGB inherit"),
    "stroke-linecap": _words("butt round square inherit"),
    "stroke-linejoin": _words("miter round bevel inherit"),
}
"""Attributes whose types in TypeScript are lists of words: another value means the default, as does none."""

_BLENDING = _words(
    "normal multiply screen overlay darken lighten color-dodge color-burn hard-light soft-light difference exclusion "
    "hue saturation color luminosity plus-lighter"
)
STYLES: dict[str, frozenset[str]] = CHOICES | {
    "isolation": _words("auto isolate"),
    "mask-type": _words("alpha luminance"),
    "mix-blend-mode": _BLENDING,
    "white-space": _words("normal nowrap pre pre-line pre-wrap"),
    "visibility": _words("visible hidden collapse"),
    "text-anchor": _words("start middle end"),
    "vector-effect": _words("none non-scaling-stroke"),
}
"""Properties of styles whose values are words."""

FREE_STYLES = _words(
    "clip-path color fill fill-opacity filter flood-color flood-opacity font-family font-size font-style font-weight "
    "letter-spacing lighting-color marker-end marker-mid marker-start mask opacity paint-order stop-color stop-opacity "
    "stroke stroke-dasharray stroke-dashoffset stroke-miterlimit stroke-opacity stroke-width text-decoration transform "
    "transform-box transform-origin word-spacing"
)
"""Properties whose values may be any text."""

STYLE_ONLY = ("isolation", "mask-type", "mix-blend-mode", "transform-box", "transform-origin", "white-space")
"""Attributes of SVG that React knows as styles alone."""

_SEPARATED = re.compile(r"[-:]([a-z])")


def jsx_name(name: str) -> str:
    """Return what an attribute, or a property of a style, is called in JSX."""
    if name in _RENAMED:
        return _RENAMED[name]
    return name if name.startswith(("aria-", "data-")) else _SEPARATED.sub(lambda part: part[1].upper(), name)
