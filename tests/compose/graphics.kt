// What generated code calls of Jetpack Compose, declared as its public API declares it; only what that code needs.
// The API: https://developer.android.com/reference/kotlin/androidx/compose/ui/graphics/package-summary

package androidx.compose.ui.graphics

import androidx.compose.ui.geometry.Offset

class Color internal constructor() {
    companion object {
        val Unspecified: Color get() = TODO()
    }
}

fun Color(color: Int): Color = TODO()

fun Color(color: Long): Color = TODO()

sealed class Brush {
    companion object {
        fun linearGradient(
            vararg colorStops: Pair<Float, Color>,
            start: Offset = TODO(),
            end: Offset = TODO(),
            tileMode: TileMode = TileMode.Clamp,
        ): Brush = TODO()

        fun radialGradient(
            vararg colorStops: Pair<Float, Color>,
            center: Offset = TODO(),
            radius: Float = Float.POSITIVE_INFINITY,
            tileMode: TileMode = TileMode.Clamp,
        ): Brush = TODO()
    }
}

class SolidColor(val value: Color) : Brush()

class PathFillType internal constructor() {
    companion object {
        val NonZero: PathFillType get() = TODO()
        val EvenOdd: PathFillType get() = TODO()
    }
}

class StrokeCap internal constructor() {
    companion object {
        val Butt: StrokeCap get() = TODO()
        val Round: StrokeCap get() = TODO()
        val Square: StrokeCap get() = TODO()
    }
}

class StrokeJoin internal constructor() {
    companion object {
        val Miter: StrokeJoin get() = TODO()
        val Round: StrokeJoin get() = TODO()
        val Bevel: StrokeJoin get() = TODO()
    }
}

class TileMode internal constructor() {
    companion object {
        val Clamp: TileMode get() = TODO()
        val Repeated: TileMode get() = TODO()
        val Mirror: TileMode get() = TODO()
        val Decal: TileMode get() = TODO()
    }
}
