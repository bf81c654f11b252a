// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/graphics/vector/package-summary

package androidx.compose.ui.graphics.vector

import androidx.compose.ui.graphics.Brush
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.PathFillType
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.unit.Dp

class ImageVector internal constructor() {
    class Builder(
        name: String = "",
        defaultWidth: Dp,
        defaultHeight: Dp,
        viewportWidth: Float,
        viewportHeight: Float,
        tintColor: Color = Color.Unspecified,
        autoMirror: Boolean = false,
    ) {
        fun addGroup(
            name: String = "",
            rotate: Float = 0f,
            pivotX: Float = 0f,
            pivotY: Float = 0f,
            scaleX: Float = 1f,
            scaleY: Float = 1f,
            translationX: Float = 0f,
            translationY: Float = 0f,
            clipPathData: List<PathNode> = emptyList(),
        ): Builder = TODO()

        fun clearGroup(): Builder = TODO()

        fun addPath(
            pathData: List<PathNode>,
            pathFillType: PathFillType = PathFillType.NonZero,
            name: String = "",
            fill: Brush? = null,
            fillAlpha: Float = 1f,
            stroke: Brush? = null,
            strokeAlpha: Float = 1f,
            strokeLineWidth: Float = 0f,
            strokeLineCap: StrokeCap = StrokeCap.Butt,
            strokeLineJoin: StrokeJoin = StrokeJoin.Miter,
            strokeLineMiter: Float = 4f,
            trimPathStart: Float = 0f,
            trimPathEnd: Float = 1f,
            trimPathOffset: Float = 0f,
        ): Builder = TODO()

        fun build(): ImageVector = TODO()
    }
}

sealed class PathNode

class PathBuilder {
    val nodes: List<PathNode> get() = TODO()

    fun close(): PathBuilder = TODO()
    fun moveTo(x: Float, y: Float): PathBuilder = TODO()
    fun moveToRelative(dx: Float, dy: Float): PathBuilder = TODO()
    fun lineTo(x: Float, y: Float): PathBuilder = TODO()
    fun lineToRelative(dx: Float, dy: Float): PathBuilder = TODO()
    fun horizontalLineTo(x: Float): PathBuilder = TODO()
    fun horizontalLineToRelative(dx: Float): PathBuilder = TODO()
    fun verticalLineTo(y: Float): PathBuilder = TODO()
    fun verticalLineToRelative(dy: Float): PathBuilder = TODO()
    fun curveTo(x1: Float, y1: Float, x2: Float, y2: Float, x3: Float, y3: Float): PathBuilder = TODO()
    fun curveToRelative(dx1: Float, dy1: Float, dx2: Float, dy2: Float, dx3: Float, dy3: Float): PathBuilder = TODO()
    fun reflectiveCurveTo(x1: Float, y1: Float, x2: Float, y2: Float): PathBuilder = TODO()
    fun reflectiveCurveToRelative(dx1: Float, dy1: Float, dx2: Float, dy2: Float): PathBuilder = TODO()
    fun quadTo(x1: Float, y1: Float, x2: Float, y2: Float): PathBuilder = TODO()
    fun quadToRelative(dx1: Float, dy1: Float, dx2: Float, dy2: Float): PathBuilder = TODO()
    fun reflectiveQuadTo(x1: Float, y1: Float): PathBuilder = TODO()
    fun reflectiveQuadToRelative(dx1: Float, dy1: Float): PathBuilder = TODO()
    fun arcTo(
        horizontalEllipseRadius: Float,
        verticalEllipseRadius: Float,
        theta: Float,
        isMoreThanHalf: Boolean,
        isPositiveArc: Boolean,
        x1: Float,
        y1: Float,
    ): PathBuilder = TODO()
    fun arcToRelative(
        a: Float,
        b: Float,
        theta: Float,
        isMoreThanHalf: Boolean,
        isPositiveArc: Boolean,
        dx1: Float,
        dy1: Float,
    ): PathBuilder = TODO()
}

fun addPathNodes(pathStr: String?): List<PathNode> = TODO()

inline fun PathData(block: PathBuilder.() -> Unit): List<PathNode> = PathBuilder().also { it.block() }.nodes

inline fun ImageVector.Builder.path(
    name: String = "",
    fill: Brush? = null,
    fillAlpha: Float = 1f,
    stroke: Brush? = null,
    strokeAlpha: Float = 1f,
    strokeLineWidth: Float = 0f,
    strokeLineCap: StrokeCap = StrokeCap.Butt,
    strokeLineJoin: StrokeJoin = StrokeJoin.Miter,
    strokeLineMiter: Float = 4f,
    pathFillType: PathFillType = PathFillType.NonZero,
    pathBuilder: PathBuilder.() -> Unit,
): ImageVector.Builder =
    addPath(
        pathData = PathData(pathBuilder),
        pathFillType = pathFillType,
        name = name,
        fill = fill,
        fillAlpha = fillAlpha,
        stroke = stroke,
        strokeAlpha = strokeAlpha,
        strokeLineWidth = strokeLineWidth,
        strokeLineCap = strokeLineCap,
        strokeLineJoin = strokeLineJoin,
        strokeLineMiter = strokeLineMiter,
    )

inline fun ImageVector.Builder.group(
    name: String = "",
    rotate: Float = 0f,
    pivotX: Float = 0f,
    pivotY: Float = 0f,
    scaleX: Float = 1f,
    scaleY: Float = 1f,
    translationX: Float = 0f,
    translationY: Float = 0f,
    clipPathData: List<PathNode> = emptyList(),
    block: ImageVector.Builder.() -> Unit,
): ImageVector.Builder {
    addGroup(name, rotate, pivotX, pivotY, scaleX, scaleY, translationX, translationY, clipPathData)
    block()
    return clearGroup()
}
